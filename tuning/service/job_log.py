"""The logs of jobs: lines that workers and people leave beside the queue."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tuning.service.job_record import LogLine
from tuning.service.tables import LOG
from tuning.storage.database import StudyStorage
from tuning.storage.leases import wall_time
from tuning.workers.plain import plain_text

KEPT_LINES = 5_000  # of each job's log
LINE_LENGTH = 4_000


class JobLog:
    """The logs of one store's jobs.

    Args:
        storage: The store.
        identity: From the name of a job to its id; raises `JobError` for an unknown one.
    """

    def __init__(self, storage: StudyStorage, identity: Callable[[str], int]) -> None:
        self._storage = storage
        self._identity = identity

    def add(self, name: str, text: str, *, source: str) -> None:
        """Adds a line; of very long logs the oldest lines are dropped.

        Args:
            name: The job.
            text: The line; what UTF-8 cannot hold, as of a file's name, is written in its digits.
            source: Who says it.

        Raises:
            JobError: If there is no such job.
        """
        identity, plain = self._identity(name), plain_text(text)[:LINE_LENGTH]

        def write(session: Session) -> None:
            line = {"job_id": identity, "time": wall_time(session), "source": source}
            session.execute(sa.insert(LOG).values(text=plain, **line))
            newest = session.execute(
                sa.select(LOG.c.id)
                .where(LOG.c.job_id == identity)
                .order_by(LOG.c.id.desc())
                .offset(KEPT_LINES)
                .limit(1)
            ).scalar()
            if newest is not None:
                session.execute(
                    sa.delete(LOG).where(LOG.c.job_id == identity).where(LOG.c.id <= newest)
                )

        self._storage.transaction(write)

    def lines(self, name: str, *, after: int = 0) -> list[LogLine]:
        """Reads a job's log.

        Args:
            name: The job.
            after: Only lines with a larger id.

        Raises:
            JobError: If there is no such job.
        """
        query = (
            sa.select(LOG.c.id, LOG.c.time, LOG.c.source, LOG.c.text)
            .where(LOG.c.job_id == self._identity(name))
            .where(LOG.c.id > after)
            .order_by(LOG.c.id)
        )
        rows = self._storage.transaction(
            lambda session: session.execute(query).mappings().all(), reads=True
        )
        return [LogLine(**row) for row in rows]
