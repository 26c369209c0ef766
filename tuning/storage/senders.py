"""Who sends the runs of a study to MLflow: one process at a time, by a claim in the store.

Rules:
    1. At most one process holds the claim of a mark; only its holder writes the runs.
    2. A claim whose lease ran out, or whose process is gone, goes to whoever asks next.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tuning.storage.faults import readable_errors, retrying
from tuning.storage.leases import is_abandoned, now
from tuning.storage.owner import Owner

LEASE_SECONDS = 30.0
_METADATA = sa.MetaData()
_SENDERS = sa.Table(
    "tuning_senders",
    _METADATA,
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("expires", sa.Float, nullable=False),
)


class _OtherWasFasterError(Exception):
    """Another process took the claim in this moment."""


class Sender:
    """The right to write the runs that carry a mark.

    Args:
        engine: Of the store of the studies.
        mark: What the runs carry, see `tuning.tracking.study_runs.tracking_id`.
        lease: Seconds after which a claim that is not kept goes to somebody else.
    """

    def __init__(self, engine: sa.Engine, mark: str, *, lease: float = LEASE_SECONDS) -> None:
        self._engine = engine
        self._mark = mark
        self._lease = lease
        self._owner = Owner.of_this_process()
        self._kept_until = 0.0  # by the clock of this process
        self._in_transaction(
            lambda session: _METADATA.create_all(session.connection()),
            also=("already exists", "duplicate key"),
        )

    def take(self) -> bool:
        """Takes or keeps the right; False while another process holds it."""
        began = time.monotonic()
        if self._kept_until - began > self._lease / 2:
            return True
        try:
            taken = bool(self._in_transaction(self._take))
        except _OtherWasFasterError:
            taken = False
        self._kept_until = began + self._lease if taken else 0.0
        return taken

    def give_back(self) -> None:
        """Lets others write."""
        self._kept_until = 0.0
        mine = (_SENDERS.c.mark == self._mark) & (_SENDERS.c.owner == str(self._owner))
        self._in_transaction(lambda session: session.execute(sa.delete(_SENDERS).where(mine)))

    def _take(self, session: Session) -> bool:
        current = now(session)
        values = {"owner": str(self._owner), "expires": current + self._lease}
        query = sa.select(_SENDERS).where(_SENDERS.c.mark == self._mark)
        row = session.execute(query).mappings().first()
        if row is None:
            try:
                session.execute(sa.insert(_SENDERS).values(mark=self._mark, **values))
            except IntegrityError as error:
                raise _OtherWasFasterError from error
            return True
        own = row["owner"] == str(self._owner)
        if not own and not is_abandoned(session, row, own=self._owner, current=current):
            return False
        same = (_SENDERS.c.mark == self._mark) & (_SENDERS.c.owner == row["owner"])
        changed = session.execute(sa.update(_SENDERS).where(same).values(**values))
        return bool(changed.rowcount)  # type: ignore[attr-defined]

    def _in_transaction(self, work: Any, *, also: tuple[str, ...] = ()) -> Any:
        def call() -> Any:
            with Session(self._engine) as session, session.begin():
                return work(session)

        with readable_errors(str(self._engine.url)):
            return retrying(call, also=also)
