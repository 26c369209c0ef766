"""Whether somebody searches a study now, told without a change of the store."""

from __future__ import annotations

from optuna.study import Study
from sqlalchemy.orm import Session

from tuning.internals.optuna import study_id
from tuning.storage.claim_rows import Rows, create_tables
from tuning.storage.database import StudyStorage
from tuning.storage.finals import FinalBook
from tuning.storage.leases import is_abandoned, now
from tuning.storage.owner import Owner


def is_searched(study: Study, storage: StudyStorage) -> bool:
    """Whether a live search runs a trial of a study, or ends it.

    Args:
        study: The study.
        storage: Its store.

    Returns:
        False also between two trials, when none runs.
    """
    number, own = study_id(study), Owner.of_this_process()
    create_tables(storage)

    def read(session: Session) -> bool:
        held, current = Rows(number).claimed(session), now(session)
        return any(not is_abandoned(session, row, own=own, current=current) for row in held)

    return storage.transaction(read, reads=True) or FinalBook(storage, number).is_held()
