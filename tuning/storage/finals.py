"""The ending of a study, claimed in the store like a trial.

What an ending does is not known here; it may read a test split and leaves a result.

Rules:
    1. At most one search holds the end of a study; only the holder of its token can record a
       reading or a result.
    2. A claim whose lease ran out, or whose process is gone, goes to whoever asks next.
    3. A reading of the test split is recorded before it happens, and never forgotten: the
       number of readings only grows.
    4. The result is written and the claim given back in one transaction.
    5. What is recorded is recorded once, also where the answer of its COMMIT was lost.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from optuna.storages import get_storage
from sqlalchemy.orm import Session

from tuning.storage import records
from tuning.storage.claim_rows import METADATA, LeaseLostError, Rows, create_tables
from tuning.storage.database import StudyStorage, open_storage, sqlite_file
from tuning.storage.faults import readable_errors
from tuning.storage.leases import FREE, LEASE_SECONDS, is_abandoned, now
from tuning.storage.owner import Owner

FINALS = sa.Table(
    "tuning_finals",
    METADATA,
    sa.Column("study_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("token", sa.String(64), nullable=True),
    sa.Column("owner", sa.String(200), nullable=True),
    sa.Column("expires", sa.Float, nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("test_reads", sa.Integer, nullable=False, default=0),
)


@dataclass(frozen=True, kw_only=True)
class FinalClaim:
    """The right to end a study.

    Attributes:
        token: Shown when a reading or the result is recorded.
        attempts: How often the end was claimed, this time included.
        test_reads: Readings of the test split so far.
    """

    token: str
    attempts: int
    test_reads: int


class FinalBook:
    """The claim on the end of one study.

    Args:
        storage: The store.
        study_id: Id of the study in it.
        lease: Seconds after which a claim that is not renewed goes to somebody else.
    """

    def __init__(
        self, storage: StudyStorage, study_id: int, *, lease: float = LEASE_SECONDS
    ) -> None:
        self._storage = storage
        self._study_id = study_id
        self._rows = Rows(study_id)
        self.lease = lease
        self.owner = Owner.of_this_process()
        create_tables(storage)

    def claim_final(self) -> FinalClaim | None:
        """Takes the end of the study; None while another search holds it."""
        token = uuid.uuid4().hex  # of every try: a COMMIT may come through without its answer

        def take(session: Session) -> FinalClaim | None:
            self._rows.lock(session)
            row = self._row(session)
            current = now(session)
            held = row is not None and row["token"] not in (None, token)
            if held and not is_abandoned(session, row, own=self.owner, current=current):
                return None
            known = dict(row) if row is not None else self._insert(session)
            claim = FinalClaim(
                token=token,
                attempts=known["attempts"] + 1,
                test_reads=known["test_reads"],
            )
            values = {"token": claim.token, "owner": str(self.owner), "attempts": claim.attempts}
            self._update(session, {**values, "expires": current + self.lease})
            return claim

        return self._storage.transaction(take)

    def renew(self, claim: FinalClaim) -> bool:
        """Extends the lease; False when the claim was taken over."""

        def write(session: Session) -> bool:
            changed = session.execute(
                sa.update(FINALS)
                .where(FINALS.c.study_id == self._study_id)
                .where(FINALS.c.token == claim.token)
                .values(expires=now(session) + self.lease)
            )
            return bool(changed.rowcount)  # type: ignore[attr-defined]

        return self._storage.transaction(write)

    def record_reading(self, claim: FinalClaim) -> int:
        """Records that the test split is about to be read; call it before it is opened.

        Args:
            claim: The claim.

        Returns:
            Readings of the test split, this one included.

        Raises:
            LeaseLostError: If the claim was taken over; the split must not be opened.
        """
        counted: list[int] = []  # by a try whose COMMIT may have come through without its answer

        def write(session: Session) -> int:
            reads = int(self._check(session, claim)["test_reads"])
            if reads not in counted:  # nobody else counts while the claim is held
                reads += 1
                self._update(session, {"test_reads": reads})
            counted[:] = [reads]
            return reads

        return self._storage.transaction(write)

    def finish(self, claim: FinalClaim, result: Mapping[str, Any]) -> None:
        """Writes the study's result and gives the claim back.

        Args:
            claim: The claim.
            result: Anything JSON can hold; replaces an earlier result.

        Raises:
            LeaseLostError: If the claim was taken over; nothing is written.
        """
        tried = False

        def write(session: Session) -> None:
            nonlocal tried
            if tried and self._is_recorded(session, result):
                return  # the COMMIT of that try came through, only its answer was lost
            self._check(session, claim)
            self._rows.set_study_attribute(session, records.RESULT, dict(result))
            self._update(session, FREE)
            tried = True

        self._storage.transaction(write)

    def release(self, claim: FinalClaim) -> None:
        """Gives the end back without a result, for whoever claims it next."""

        def write(session: Session) -> None:
            session.execute(
                sa.update(FINALS)
                .where(FINALS.c.study_id == self._study_id)
                .where(FINALS.c.token == claim.token)
                .values(**FREE)
            )

        self._storage.transaction(write)

    def is_held(self) -> bool:
        """Whether another search ends the study now."""

        def read(session: Session) -> bool:
            row = self._row(session)
            if row is None or row["token"] is None:
                return False
            return not is_abandoned(session, row, own=self.owner, current=now(session))

        return self._storage.transaction(read, reads=True)

    def forget(self) -> None:
        """Deletes the row, before the study itself is deleted."""
        delete = sa.delete(FINALS).where(FINALS.c.study_id == self._study_id)
        self._storage.transaction(lambda session: session.execute(delete))

    def _row(self, session: Session) -> Any:
        query = sa.select(FINALS).where(FINALS.c.study_id == self._study_id)
        return session.execute(query).mappings().first()

    def _insert(self, session: Session) -> dict[str, int]:
        """Readings of an earlier version stand in the result alone."""
        result = self._rows.study_attribute(session, records.RESULT) or {}
        known = {"attempts": 0, "test_reads": int(result.get("test_reads", 0))}
        session.execute(sa.insert(FINALS).values(study_id=self._study_id, **known))
        return known

    def _update(self, session: Session, values: Mapping[str, Any]) -> None:
        session.execute(
            sa.update(FINALS).where(FINALS.c.study_id == self._study_id).values(**values)
        )

    def _is_recorded(self, session: Session, result: Mapping[str, Any]) -> bool:
        """Whether the study has this result; as JSON, where lists and tuples are the same."""
        known = self._rows.study_attribute(session, records.RESULT)
        return json.dumps(known) == json.dumps(dict(result))

    def _check(self, session: Session, claim: FinalClaim) -> Any:
        self._rows.lock(session)
        row = self._row(session)
        if row is None or row["token"] != claim.token:
            raise LeaseLostError("another search took the end of the study over")
        return row


def ended_studies(url: str, *, wait: float | None = None) -> dict[str, int]:
    """Names of the studies whose result is recorded, with the trials that it is of.

    Args:
        url: URL of the store.
        wait: Seconds to wait for a store that is busy or away; None for as long as usual.

    Raises:
        StoreError: If the store cannot be opened.
    """
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return {}
    backend = get_storage(open_storage(url, wait=wait))
    with readable_errors(url):
        found = {s.study_name: s.user_attrs.get(records.RESULT) for s in backend.get_all_studies()}
    return {name: int(result.get("trials", 0)) for name, result in found.items() if result}
