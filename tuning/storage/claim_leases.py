"""The leases of a study's claims: renewed by their holder, taken back when it is gone.

Rule 3 of `tuning.storage.claims` is held here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from optuna.trial import TrialState
from sqlalchemy.orm import Session

from tuning.internals.optuna import models
from tuning.storage import records
from tuning.storage.claim_rows import CLAIMS, Claim, Ending, Rows, create_tables
from tuning.storage.database import StudyStorage
from tuning.storage.leases import LEASE_SECONDS, is_abandoned, now
from tuning.storage.owner import Owner

# A trial that takes its whole machine down each time would otherwise be started for ever.
MOST_INTERRUPTIONS = 10


class ClaimLeases:
    """The leases of one study's claims.

    Args:
        storage: The store.
        study_id: Id of the study in it.
        owner: Who asks; what is its own is never taken back. By default one that has no claims.
        seconds: How long a claim holds that is not renewed.
    """

    def __init__(
        self,
        storage: StudyStorage,
        study_id: int,
        *,
        owner: Owner | None = None,
        seconds: float = LEASE_SECONDS,
    ) -> None:
        self.seconds = seconds
        self._storage = storage
        self._study_id = study_id
        self._rows = Rows(study_id)
        self._owner = owner or Owner.of_this_process()
        create_tables(storage)

    def renew(self, claims: Sequence[Claim]) -> list[Claim]:
        """Extends the leases of running trials.

        Args:
            claims: The claims.

        Returns:
            Those that were taken back meanwhile; their workers run for nothing.
        """
        if not claims:
            return []

        def write(session: Session) -> list[Claim]:
            expires, lost = now(session) + self.seconds, []
            for claim in claims:
                changed = session.execute(
                    sa.update(CLAIMS)
                    .where(CLAIMS.c.trial_id == claim.trial_id)
                    .where(CLAIMS.c.token == claim.token)
                    .values(expires=expires)
                )
                if changed.rowcount != 1:  # type: ignore[attr-defined]
                    lost.append(claim)
            return lost

        return self._storage.transaction(write)

    def reap(self) -> list[int]:
        """Takes back every claim of another search whose lease ran out or whose process is gone.

        Returns:
            Numbers of the trials that were taken back.
        """
        taken: dict[str, int] = {}  # by tries whose COMMIT may have come without its answer

        def take(session: Session) -> list[int]:
            self._rows.lock(session)
            held = self._rows.claimed(session)
            current = now(session)
            tokens = {row["token"] for row in held}
            numbers = [number for token, number in taken.items() if token not in tokens]
            for row in held:
                if is_abandoned(session, row, own=self._owner, current=current):
                    taken[row["token"]] = self._take_back(session, row)
                    numbers.append(taken[row["token"]])
            return numbers

        return self._storage.transaction(take)

    def _take_back(self, session: Session, row: Any) -> int:
        """Takes one claim back; returns the number of its trial."""
        trial: Any = session.get_one(models.TrialModel, row["trial_id"])
        self._interrupt(session, trial, row["attempts"], "the search that ran it disappeared")
        return int(trial.number)

    def interrupt(self, claim: Claim, how: str) -> bool:
        """Gives a trial back whose machine went away, which counts as no attempt.

        Args:
            claim: The claim; when it was already taken back nothing happens.
            how: What went away, for the reason of a trial that is given up.

        Returns:
            Whether the trial failed, because this was the tenth time.
        """
        moments: list[datetime] = []  # of tries whose COMMIT may have come without its answer

        def write(session: Session) -> bool:
            if not self._rows.held(session, [claim]):
                return bool(moments) and not self._rows.not_ended(session, [claim], moments)
            trial = session.get_one(models.TrialModel, claim.trial_id)
            ended = self._interrupt(session, trial, claim.attempts, how)
            moments.extend([ended] if ended is not None else [])
            return ended is not None

        return self._storage.transaction(write)

    def _interrupt(self, session: Session, trial: Any, attempts: int, how: str) -> datetime | None:
        """Lets a trial wait again whose attempt does not count; when it was one too many, ends it.

        Returns:
            The moment of its end; None where it waits.
        """
        interruptions = self._rows.interrupted(session, trial.trial_id)
        if interruptions < MOST_INTERRUPTIONS:
            self._rows.back_to_waiting(session, trial.trial_id, attempts - 1)
            return None
        reason = f"{how} {interruptions} times"
        attributes = {records.REASON: reason, records.ATTEMPTS: attempts}
        ending = Ending(state=TrialState.FAIL, user_attributes=attributes)
        return self._rows.end(session, {trial.trial_id: ending})
