"""The best trial is the one that a look at all trials finds."""

from __future__ import annotations

import math

import optuna
import pytest

from tests.tuning.empty_store import put_empty_store
from tuning.internals.optuna import CONSTRAINT_PREFIX, study_id
from tuning.storage import best_trial as module
from tuning.storage.best_trial import best_trial
from tuning.storage.database import open_storage
from tuning.storage.records import best_record, read_trials

STATES = optuna.trial.TrialState


def trial(value, *, violation=0.0, state=STATES.COMPLETE):
    return optuna.trial.create_trial(
        state=state,
        value=value,
        user_attrs={"seed": 7},
        system_attrs={f"{CONSTRAINT_PREFIX}size <= 9": violation},
    )


@pytest.mark.parametrize("maximize", [False, True])
def test_infeasible_infinite_and_pruned_trials_are_passed_over(tmp_path, maximize, monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 2)  # of so many that are read in turn
    storage = open_storage(put_empty_store(tmp_path))
    study = optuna.create_study(storage=storage, study_name="s")
    ends = -99.0, 99.0
    study.add_trials([trial(value) for value in (math.inf, -math.inf)])
    study.add_trials([trial(value, state=STATES.PRUNED) for value in ends])
    study.add_trials([trial(value, violation=1.0) for value in ends for _ in range(2)])
    study.add_trials([trial(value) for value in (0.0, 1.0, -1.0, 1.0, -1.0)])
    found = best_trial(storage, study_id(study), space=None, maximize=maximize)
    assert found == best_record(read_trials(study), maximize=maximize)
    assert found.seed == 7


def test_a_study_without_a_complete_trial_has_none(tmp_path):
    storage = open_storage(put_empty_store(tmp_path))
    study = optuna.create_study(storage=storage, study_name="s")
    study.add_trial(trial(1.0, violation=1.0))
    assert best_trial(storage, study_id(study), space=None, maximize=True) is None
