"""The best trial of a study, or that of a number, found without a look at the others."""

from __future__ import annotations

import sqlalchemy as sa
from optuna.trial import TrialState
from sqlalchemy.orm import Session

from tuning.internals.optuna import id_of, models
from tuning.space.space import Space
from tuning.storage.database import StudyStorage
from tuning.storage.records import TrialRecord, record_of
from tuning.storage.trial_rows import read_trials

_AT_ONCE = 20


def best_trial(
    storage: StudyStorage, study_id: int, *, space: Space | None, maximize: bool
) -> TrialRecord | None:
    """Finds what `records.best_record` finds among all trials of a study.

    Args:
        storage: The store.
        study_id: Id of the study.
        space: Its space, as of `records.record_of`.
        maximize: Whether larger is better.

    Returns:
        The best complete and feasible trial by the first metric; of equal ones the earliest.
    """
    trial, value = models.TrialModel, models.TrialValueModel
    better = value.value.desc() if maximize else value.value.asc()
    ranked = (
        sa.select(trial.trial_id)
        .join(value, value.trial_id == trial.trial_id)
        .where(trial.study_id == study_id, trial.state == TrialState.COMPLETE)
        .where(value.objective == 0, value.value_type == value.TrialValueType.FINITE)
        .order_by(better, trial.number)
    )

    def read(session: Session) -> TrialRecord | None:
        passed = 0
        while ids := list(session.scalars(ranked.limit(_AT_ONCE).offset(passed))):
            found = read_trials(session, study_id, ids, user_attributes=True)
            by_id = {id_of(one): one for one in found}
            for trial_id in ids:
                record = record_of(by_id[trial_id], space)
                if record.feasible:
                    return record
            passed += len(ids)
        return None

    return storage.transaction(read, reads=True)


def numbered_trial(
    storage: StudyStorage, study_id: int, number: int, *, space: Space | None
) -> TrialRecord | None:
    """Reads one trial.

    Args:
        storage: The store.
        study_id: Id of the study.
        number: Number of the trial.
        space: The study's space, as of `records.record_of`.
    """
    trial = models.TrialModel
    query = sa.select(trial.trial_id).where(trial.study_id == study_id, trial.number == number)

    def read(session: Session) -> TrialRecord | None:
        ids = list(session.scalars(query))
        found = read_trials(session, study_id, ids, user_attributes=True) if ids else []
        return record_of(found[0], space) if found else None

    return storage.transaction(read, reads=True)
