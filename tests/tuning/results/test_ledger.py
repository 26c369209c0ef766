"""A ledger that is kept up to date knows what one knows that reads everything."""

from __future__ import annotations

import random

import optuna
import pytest
from optuna.trial import TrialState

from tests.tuning.empty_store import put_empty_store
from tuning import Float, Space
from tuning.internals.optuna import study_id
from tuning.results.ledger import Ledger
from tuning.results.result import pareto_front
from tuning.storage.database import open_storage
from tuning.storage.records import best_record, read_trials

SPACE = Space({"x": Float(0.0, 1.0)})
DIRECTIONS = ["minimize", "maximize"]


@pytest.fixture
def storage(tmp_path):
    return open_storage(put_empty_store(tmp_path))


def test_what_changed_is_what_a_new_ledger_reads(storage, monkeypatch):
    study = optuna.create_study(storage=storage, study_name="s", directions=DIRECTIONS)
    study.set_user_attr("space", SPACE.to_dict())
    ledger = Ledger(storage, study_id(study), space=SPACE, directions=DIRECTIONS)
    generator, running, reads = random.Random(1), [], []  # noqa: S311 - a test
    from tuning.results import ledger as module

    def counting(session, number, known, **options):
        reads.append(None if known is None else len(known))
        return read(session, number, known, **options)

    read = module.read_trials
    monkeypatch.setattr(module, "read_trials", counting)
    for _ in range(4):
        for _ in range(3):
            running.append(study.ask())
            running[-1].suggest_float("x", 0.0, 1.0)
        generator.shuffle(running)  # trials end in another order than they began
        for _ in range(2):
            ended = running.pop()
            ended.set_user_attr("seed", ended.number)
            study.tell(ended, [generator.randint(0, 5), generator.randint(0, 5)])
        study.tell(running.pop(), state=TrialState.FAIL)
        running += [study.ask()]
        ledger.refresh()
        found = read_trials(study)
        assert ledger.records == found
        assert ledger.best == best_record(found, maximize=False)
        assert ledger.pareto == pareto_front(found, DIRECTIONS)
        assert sum(ledger.counts.values()) == len(found)
        assert ledger.counts["running"] == len(running)
        assert ledger.record(found[-1].number) == found[-1]
    assert reads[0] is None
    assert max(reads[1:]) <= 1 + 3 + 4  # those that ran, and the new ones


def test_a_read_that_failed_between_its_statements_loses_nothing(storage, fails_once):
    study = optuna.create_study(storage=storage, study_name="s", directions=DIRECTIONS[:1])
    study.set_user_attr("space", SPACE.to_dict())
    ledger = Ledger(storage, study_id(study), space=SPACE, directions=DIRECTIONS[:1])
    trial = study.ask()
    trial.suggest_float("x", 0.0, 1.0)
    ledger.refresh()
    study.tell(trial, 0.5)
    fails_once("tuning.results.ledger.read_trials")
    ledger.refresh()
    assert ledger.counts["complete"] == 1
    assert ledger.best == best_record(read_trials(study), maximize=False)
