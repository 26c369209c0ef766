"""What is told of studies in one query, however many studies and trials there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tuning.internals.optuna import models
from tuning.storage import records
from tuning.storage.database import StudyStorage
from tuning.storage.trial_rows import local_time_of


def trial_counts(
    storage: StudyStorage, names: Sequence[str] | None = None
) -> Mapping[str, Mapping[str, int]]:
    """Counts trials by study and state.

    Args:
        storage: The store.
        names: Only these studies; None for all.

    Returns:
        Name of the study to `records.STATES` to number of trials; studies without trials are
        left out.
    """
    name = models.StudyModel.study_name
    query = sa.select(name, models.TrialModel.state, sa.func.count()).join(
        models.StudyModel, models.StudyModel.study_id == models.TrialModel.study_id
    )
    if names is not None:
        query = query.where(name.in_(list(names)))
    return _counted(storage, query, by=name)


def study_counts(storage: StudyStorage, study_id: int) -> Mapping[str, int]:
    """Counts the trials of one study by state.

    Args:
        storage: The store.
        study_id: Id of the study.

    Returns:
        `records.STATES` to number of trials.
    """
    study = models.TrialModel.study_id
    query = sa.select(study, models.TrialModel.state, sa.func.count()).where(study == study_id)
    found = _counted(storage, query, by=study)
    return found.get(study_id, dict.fromkeys(records.STATES, 0))


def last_changes(storage: StudyStorage, study: str | None = None) -> Mapping[str, datetime | None]:
    """When a trial of each study last started or ended; None for one without trials.

    Args:
        storage: The store.
        study: Only this study; None for all.

    Returns:
        Name of the study to the moment, in local time without a zone.
    """
    name, trial = models.StudyModel.study_name, models.TrialModel.__table__.c
    moments = (sa.func.max(trial.datetime_start), sa.func.max(trial.datetime_complete))
    same = models.StudyModel.study_id == trial.study_id
    query = sa.select(name, *moments).outerjoin_from(models.StudyModel, models.TrialModel, same)
    if study is not None:
        query = query.where(name == study)
    query = query.group_by(name, models.StudyModel.study_id).order_by(models.StudyModel.study_id)
    rows = storage.transaction(lambda session: session.execute(query).all(), reads=True)
    return {name: local_time_of(max(filter(None, found), default=None)) for name, *found in rows}


def _counted(storage: StudyStorage, query: Any, *, by: Any) -> dict[Any, dict[str, int]]:
    grouped = query.group_by(by, models.TrialModel.state)
    rows = storage.transaction(lambda session: session.execute(grouped).all(), reads=True)
    counts: dict[Any, dict[str, int]] = {}
    for study, state, count in rows:
        known = counts.setdefault(study, dict.fromkeys(records.STATES, 0))
        known[records.OPTUNA_STATES[state.name]] = int(count)
    return counts
