"""The rules of `History`; the names carry their numbers."""

from __future__ import annotations

import math

import pytest
from optuna.storages import get_storage
from optuna.trial import TrialState

from tests.tuning.strategies.drive import Driver
from tuning import Float, Int, Space
from tuning.internals.optuna import CONSTRAINT_PREFIX, study_id
from tuning.storage import history as module
from tuning.storage.claim_rows import Ending
from tuning.storage.database import open_storage
from tuning.storage.history import History
from tuning.storage.points import PointBook, Start
from tuning.storage.trial_rows import read_trials
from tuning.strategies.distributions import distributions_of

SPACE = Space({"x": Float(0.0, 1.0), "n": Int(1, 9)})


@pytest.fixture
def searched(tmp_path):
    return Driver(tmp_path, SPACE, strategy="random", trials=20, seed=0)


def history_of(searched):
    storage = open_storage(searched.settings.url)
    return History(storage, study_id(searched.study), SPACE)


def stored(searched):
    """The trials as Optuna reads them, without what users attached to them."""
    trials = get_storage(open_storage(searched.settings.url)).get_all_trials(1)
    for trial in trials:
        trial.user_attrs = {}
    return trials


def numbers(trials):
    return [trial.number for trial in trials]


def test_rule_1_trials_of_other_searches_are_seen_as_they_go_on(searched):
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
    assert history.ended + history.open == stored(searched)


def test_rule_1_a_trial_that_is_given_back_waits_with_its_parameters(searched):
    history = history_of(searched)
    claim, point = searched.ask()
    history.refresh()
    searched.book.release(claim)
    history.refresh()
    assert history.open[0].state.name == "WAITING"
    assert history.open[0].params == SPACE.encode(point)


def test_rule_1_a_trial_that_was_begun_here_ends_as_if_it_had_been_read(searched):
    history = history_of(searched)
    claim = searched.book.claim(20)
    history.refresh()
    params = {"x": 0.1 + 0.2, "n": 3}
    history.begin(claim.trial_id, params, distributions_of(SPACE))
    assert history.open[0].params == params
    start = Start(claim=claim, params=params, point="a")
    PointBook(open_storage(searched.settings.url), 1).start([start], distributions_of(SPACE))
    ending = Ending(
        state=TrialState.PRUNED,
        values=[0.5],
        intermediate={1: math.inf, 2: 0.5},
        system_attributes={f"{CONSTRAINT_PREFIX}size": 1.0},
    )
    searched.book.finish(claim, ending)
    history.refresh()
    history.refresh()
    assert history.ended == stored(searched)


def test_rule_2_a_claimed_trial_has_a_key_once_it_has_its_point(searched):
    history = history_of(searched)
    searched.book.claim(20)
    history.refresh()
    assert {"x": 0.5, "n": 1} not in history.tried
    _, point = searched.ask()
    history.refresh()
    assert point in history.tried


def test_rule_3_what_did_not_change_is_not_read_again(searched, monkeypatch):
    history = history_of(searched)
    searched.run(lambda point, number: [point["x"]], 5)
    running, _ = searched.ask()
    history.refresh()
    asked = []

    def noted(session, study, trial_ids):
        asked.append(trial_ids)
        return read_trials(session, study, trial_ids)

    monkeypatch.setattr(module, "read_trials", noted)
    history.refresh()
    searched.tell(running, [0.1])
    history.refresh()
    assert asked == [[], [running.trial_id]]


def test_a_read_that_failed_between_its_statements_loses_nothing(searched, fails_once):
    history = history_of(searched)
    running, _ = searched.ask()
    history.refresh()
    searched.tell(running, [0.1])
    fails_once("tuning.storage.history.read_trials")
    history.refresh()
    assert [trial.number for trial in history.ended] == [running.number]
    assert not history.open
