"""The laws of `History`; the names carry their numbers."""

from __future__ import annotations

import pytest
from optuna.storages import get_storage

from tests.tuning.strategies.drive import Driver
from tuning import Float, Int, Space
from tuning.internals.optuna import read_trials, study_id
from tuning.storage import history as module
from tuning.storage.database import open_storage
from tuning.storage.history import History

SPACE = Space({"x": Float(0.0, 1.0), "n": Int(1, 9)})


@pytest.fixture
def searched(tmp_path):
    return Driver(tmp_path, SPACE, strategy="random", trials=20, seed=0)


def history_of(searched):
    storage = open_storage(searched.settings.url)
    return History(storage, study_id(searched.study), SPACE)


def numbers(trials):
    return [trial.number for trial in trials]


def test_law_1_trials_of_other_searches_are_seen_as_they_go_on(searched):
    history = history_of(searched)
    history.refresh()
    assert numbers(history.open) == numbers(history.ended) == []
    first, _ = searched.ask()
    second, point = searched.ask()
    history.refresh()
    assert numbers(history.open) == [0, 1]
    assert history.trial(second.trial_id).params == SPACE.encode(point)
    searched.tell(second, [0.5])
    searched.tell(first, "pruned")
    searched.ask()
    history.refresh()
    assert (numbers(history.ended), numbers(history.open)) == ([0, 1], [2])
    trials = get_storage(open_storage(searched.settings.url)).get_all_trials(1)
    assert history.ended + history.open == trials


def test_law_1_a_trial_that_is_given_back_waits_with_its_parameters(searched):
    history = history_of(searched)
    claim, point = searched.ask()
    history.refresh()
    searched.book.release(claim)
    history.refresh()
    assert history.open[0].state.name == "WAITING"
    assert history.open[0].params == SPACE.encode(point)


def test_law_2_a_claimed_trial_has_a_key_once_it_has_its_point(searched):
    history = history_of(searched)
    searched.book.claim(20)
    history.refresh()
    assert history.seen == set()
    _, point = searched.ask()
    history.refresh()
    assert history.seen == {SPACE.key(point)}


def test_law_3_what_did_not_change_is_not_read_again(searched, monkeypatch):
    history = history_of(searched)
    searched.run(lambda point, number: [point["x"]], 5)
    running, _ = searched.ask()
    history.refresh()
    asked = []

    def noted(storage, study, trial_ids):
        asked.append(list(trial_ids))
        return read_trials(storage, study, trial_ids)

    monkeypatch.setattr(module, "read_trials", noted)
    history.refresh()
    searched.tell(running, [0.1])
    history.refresh()
    assert asked == [[], [running.trial_id]]
