"""How many trials the studies of a store have, in one query however many studies there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuning.internals.optuna import models
from tuning.storage import records
from tuning.storage.database import StudyStorage
from tuning.storage.faults import readable_errors, retrying


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
    query = (
        sa.select(models.StudyModel.study_name, models.TrialModel.state, sa.func.count())
        .join(models.TrialModel, models.TrialModel.study_id == models.StudyModel.study_id)
        .group_by(models.StudyModel.study_name, models.TrialModel.state)
    )
    if names is not None:
        query = query.where(models.StudyModel.study_name.in_(list(names)))

    def read() -> list[tuple[str, str, int]]:
        with Session(storage.engine) as session, session.begin():
            rows = session.execute(query).all()
            return [(name, state.name, int(count)) for name, state, count in rows]

    with readable_errors(storage.url):
        rows = retrying(read)
    counts: dict[str, dict[str, int]] = {}
    for name, state, count in rows:
        known = counts.setdefault(name, dict.fromkeys(records.STATES, 0))
        known[records.OPTUNA_STATES[state]] = count
    return counts
