"""Who runs which trial: claims with a lease, in the same database and transactions as the study.

Rules:
    1. A study never has more trials that run or are finished than its limit, however many
       searches claim at once; what waits beyond a limit goes on waiting for a larger one.
    2. A trial is run by at most one owner; only the holder of its token can finish it.
    3. A claim whose lease ran out, or whose process is gone, is taken back by another search,
       never by its own: its trial waits again with the same parameters. That a search ended is no
       fault of its trials: only the death of a trial's own process counts against its retries.
    4. No two trials of a study have the same point.
    5. Of a study whose searches say how many trials may run at once, no more do.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from optuna.trial import TrialState
from sqlalchemy.orm import Session

from tuning.internals.optuna import models
from tuning.storage.claim_leases import ClaimLeases
from tuning.storage.claim_rows import CLAIMS, Claim, Ending, LeaseLostError, Rows, create_tables
from tuning.storage.counts import study_counts
from tuning.storage.database import StudyStorage
from tuning.storage.leases import LEASE_SECONDS, clocks
from tuning.storage.open_trials import OpenTrials
from tuning.storage.owner import Owner


class ClaimBook:
    """The claims of one study.

    Args:
        storage: The store.
        study_id: Id of the study in it.
        lease: Seconds after which a claim that is not renewed is taken back.
        most_running: Most trials of the study that run at once, in all searches that say so; None
            for any number.

    Attributes:
        is_full: Whether at the last claim no further trial might run at once.
        leases: Renews the claims, and takes those of searches that are gone back.
        owner: Who claims: this process.
    """

    def __init__(
        self,
        storage: StudyStorage,
        study_id: int,
        *,
        lease: float = LEASE_SECONDS,
        most_running: int | None = None,
    ) -> None:
        self.is_full = False
        self._most_running = most_running
        self._storage = storage
        self._study_id = study_id
        self._rows = Rows(study_id)
        self._open = OpenTrials(study_id)
        self.owner = Owner.of_this_process()
        self.leases = ClaimLeases(storage, study_id, owner=self.owner, seconds=lease)
        create_tables(storage)

    def claim(self, limit: int) -> Claim | None:
        """Takes the oldest waiting trial, or a new one while the study has fewer than `limit`.

        Args:
            limit: Most trials of the study.

        Returns:
            The claim, or None when nothing is left to claim.
        """
        return next(iter(self.claim_batch(limit, 1)), None)

    def claim_batch(self, limit: int, count: int) -> list[Claim]:
        """Takes several trials in one transaction, for a worker that trains them at once.

        The rules hold for each claim by itself: every trial has its own token, ends by its own
        `finish`, and is given back alone when its point does not fit the others'.

        Args:
            limit: Most trials of the study.
            count: Most trials to take, at least 1.

        Returns:
            Waiting trials first, the oldest first, then new ones; fewer than `count` at the end
            of the budget, and where no more may run at once.

        Raises:
            ValueError: If `count` is less than 1.
        """
        if count < 1:
            raise ValueError(f"`count >= 1` must hold. Got count={count}.")

        made: list[Claim] = []  # by a try whose COMMIT may have come through without its answer

        def take(session: Session) -> list[Claim]:
            self._rows.lock(session)
            if made and (still := self._rows.held(session, made)):
                return [claim for claim in made if claim.token in still]
            self._open, _ = self._open.look(session)
            waiting = self._open.ids(TrialState.WAITING)
            left = min(count, limit - self._open.total + len(waiting))
            free = min(left, self._may_run(left))
            self.is_full = free < left
            if free < 1:
                return []
            start, current = clocks(session)
            restarted = self._restarted(session, waiting[:free], start)
            added = self._added(session, free - len(restarted), start)
            rows = self._rows.rows(session, list(restarted)) if restarted else {}
            made[:] = self._held(session, {**restarted, **added}, rows, current)
            return [*made]

        return self._storage.transaction(take)

    def _may_run(self, wanted: int) -> int:
        """How many of the wanted trials may run beside those that do."""
        if self._most_running is None:
            return wanted
        return max(0, self._most_running - len(self._open.ids(TrialState.RUNNING)))

    def _restarted(self, session: Session, trial_ids: list[int], start: datetime) -> dict[int, int]:
        """Lets trials that wait run; returns id to number, the oldest first."""
        query = sa.select(models.TrialModel).where(models.TrialModel.trial_id.in_(trial_ids))
        waiting: list[Any] = list(session.scalars(query)) if trial_ids else []
        trials = sorted(waiting, key=lambda one: one.trial_id)
        for trial in trials:
            trial.state, trial.datetime_start = TrialState.RUNNING, start
        return {trial.trial_id: trial.number for trial in trials}

    def _added(self, session: Session, count: int, start: datetime) -> dict[int, int]:
        """Adds running trials; the lock of the study keeps their numbers without gaps."""
        if not count:
            return {}
        trial = models.TrialModel.__table__
        common = {"study_id": self._study_id, "state": TrialState.RUNNING, "datetime_start": start}
        rows = [{**common, "number": self._open.total + index} for index in range(count)]
        insert = sa.insert(trial).returning(
            trial.c.trial_id, trial.c.number, sort_by_parameter_order=True
        )
        return {int(one): int(number) for one, number in session.execute(insert, rows).all()}

    def _held(
        self,
        session: Session,
        trials: Mapping[int, int],
        rows: Mapping[int, Any],
        current: float,
    ) -> list[Claim]:
        """Writes who holds trials.

        Args:
            session: An open transaction.
            trials: Id to number.
            rows: Their claims' rows, of those that have any.
            current: What the clock of leases says.
        """
        expires = current + self.leases.seconds
        claims, values = [], []
        for trial_id, number in trials.items():
            row = rows.get(trial_id)
            claim = Claim(
                trial_id=trial_id,
                number=number,
                token=uuid.uuid4().hex,
                attempts=(row["attempts"] if row else 0) + 1,
                sampled=bool(row and row["point"]),
            )
            claims.append(claim)
            values.append(
                {
                    "trial_id": claim.trial_id,
                    "study_id": self._study_id,
                    "token": claim.token,
                    "owner": str(self.owner),
                    "expires": expires,
                    "attempts": claim.attempts,
                    "point": row["point"] if row else None,
                }
            )
        if rows:
            session.execute(sa.delete(CLAIMS).where(CLAIMS.c.trial_id.in_(list(rows))))
        session.execute(sa.insert(CLAIMS), values)
        return claims

    def finish(self, claim: Claim, ending: Ending) -> None:
        """Ends a trial: state, values, history and attributes in one transaction.

        Args:
            claim: The claim.
            ending: How it ended.

        Raises:
            LeaseLostError: If the claim was taken back meanwhile; nothing is written.
        """
        if self.finish_batch([(claim, ending)]):
            raise LeaseLostError(f"trial {claim.number} was taken over by another search")

    def finish_batch(self, endings: Sequence[tuple[Claim, Ending]]) -> list[Claim]:
        """Ends several trials in one transaction, each as `finish` does.

        Args:
            endings: Claims and how their trials ended.

        Returns:
            The claims that were taken back meanwhile; nothing is written of their trials.
        """
        moments: list[datetime] = []  # of tries whose COMMIT may have come without its answer

        def write(session: Session) -> list[Claim]:
            held = self._rows.held(session, [claim for claim, _ in endings])
            others = [claim for claim, _ in endings if claim.token not in held]
            lost = self._rows.not_ended(session, others, moments) if moments else others
            ended = {c.trial_id: ending for c, ending in endings if c.token in held}
            moments.append(self._rows.end(session, ended))
            return lost

        return self._storage.transaction(write) if endings else []

    def release(self, claim: Claim, *, counts: bool = False) -> None:
        """Gives a trial back: it waits, with its parameters, for whoever claims next.

        Args:
            claim: The claim; when it was already taken back nothing happens.
            counts: Whether the attempt counts against the retries.
        """

        def write(session: Session) -> None:
            if not self._rows.held(session, [claim]):
                return
            attempts = claim.attempts if counts else claim.attempts - 1
            self._rows.back_to_waiting(session, claim.trial_id, attempts)

        self._storage.transaction(write)

    def withdraw(self, claims: Sequence[Claim]) -> None:
        """Gives back trials for which the space has no point.

        They are no trials of the study then, as long as no later trial has a number behind them;
        otherwise they wait.

        Args:
            claims: The claims; those that were taken back meanwhile are passed over.
        """

        def write(session: Session) -> None:
            self._rows.lock(session)
            held = self._rows.held(session, claims)
            last = self._rows.count(session) - 1
            for claim in sorted(claims, key=lambda one: one.number, reverse=True):
                if claim.token not in held:
                    continue
                if claim.number == last and not claim.sampled:
                    self._rows.remove(session, claim.trial_id)
                    last -= 1
                else:
                    self._rows.back_to_waiting(session, claim.trial_id, claim.attempts - 1)

        self._storage.transaction(write)

    def counts(self) -> Mapping[str, int]:
        """Counts the trials of the study by `records.STATES`."""
        return study_counts(self._storage, self._study_id)

    def forget(self) -> None:
        """Deletes the claims of the study, before the study itself is deleted."""
        self._storage.transaction(
            lambda session: session.execute(
                sa.delete(CLAIMS).where(CLAIMS.c.study_id == self._study_id)
            )
        )
