"""Who runs which trial: claims with a lease, in the same database and transactions as the study.

Rules:
    1. A study never has more trials that run or are finished than its limit, however many
       searches claim at once; what waits beyond a limit goes on waiting for a larger one.
    2. A trial is run by at most one owner; only the holder of its token can finish it.
    3. A claim whose lease ran out, or whose process is gone, is taken back by another search,
       never by its own: its trial waits again with the same parameters. That a search ended is no
       fault of its trials: only the death of a trial's own process counts against its retries.
    4. No two trials of a study have the same point.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution
from optuna.trial import TrialState, create_trial
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tuning.internals.optuna import add_trial, models
from tuning.storage import records
from tuning.storage.claim_rows import (
    CLAIMS,
    Claim,
    DuplicatePointError,
    Ending,
    LeaseLostError,
    Rows,
    create_tables,
)
from tuning.storage.counts import study_counts
from tuning.storage.database import StudyStorage
from tuning.storage.leases import LEASE_SECONDS, is_abandoned, now
from tuning.storage.owner import Owner

__all__ = ["Claim", "ClaimBook", "DuplicatePointError", "Ending", "LeaseLostError"]


# A trial that takes its whole machine down each time would otherwise be started for ever.
MOST_INTERRUPTIONS = 10


class ClaimBook:
    """The claims of one study.

    Args:
        storage: The store.
        study_id: Id of the study in it.
        lease: Seconds after which a claim that is not renewed is taken back.
    """

    def __init__(
        self, storage: StudyStorage, study_id: int, *, lease: float = LEASE_SECONDS
    ) -> None:
        self._storage = storage
        self._study_id = study_id
        self.lease = lease
        self._rows = Rows(storage, study_id)
        self.owner = Owner.of_this_process()
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
            of the budget.

        Raises:
            ValueError: If `count` is less than 1.
        """
        if count < 1:
            raise ValueError(f"`count >= 1` must hold. Got count={count}.")

        def take(session: Session) -> list[Claim]:
            self._rows.lock(session)
            free = min(count, limit - self._rows.count(session, but=TrialState.WAITING))
            taken: list[Claim] = []
            while len(taken) < free:
                taken.append(self._claim(session))
            return taken

        return self._storage.transaction(take)

    def _claim(self, session: Session) -> Claim:
        trial: Any = session.scalars(
            sa.select(models.TrialModel)
            .where(models.TrialModel.study_id == self._study_id)
            .where(models.TrialModel.state == TrialState.WAITING)
            .order_by(models.TrialModel.trial_id)
            .limit(1)
        ).first()
        if trial is None:
            trial = add_trial(self._storage, self._study_id, None, session)
        else:
            trial.state = TrialState.RUNNING
            trial.datetime_start = datetime.now()
        row = self._rows.row(session, trial.trial_id)
        claim = Claim(
            trial_id=trial.trial_id,
            number=trial.number,
            token=uuid.uuid4().hex,
            attempts=(row["attempts"] if row else 0) + 1,
            sampled=bool(row and row["point"]),
        )
        values = {
            "token": claim.token,
            "owner": str(self.owner),
            "expires": now(session) + self.lease,
            "attempts": claim.attempts,
        }
        if row:
            self._rows.update(session, claim.trial_id, values)
        else:
            session.execute(
                sa.insert(CLAIMS).values(trial_id=claim.trial_id, study_id=self._study_id, **values)
            )
        return claim

    def set_point(
        self,
        claim: Claim,
        params: Mapping[str, Any],
        distributions: Mapping[str, BaseDistribution],
        *,
        point: str,
        user_attributes: Mapping[str, Any],
    ) -> None:
        """Writes the parameters of a claimed trial.

        Args:
            claim: The claim.
            params: Parameters as Optuna holds them.
            distributions: Distribution of each.
            point: Digest that is equal for equal points only.
            user_attributes: What else is known when a trial starts.

        Raises:
            DuplicatePointError: If another trial of the study has the point.
            LeaseLostError: If the claim was taken back.
        """

        def write(session: Session) -> None:
            self._rows.lock(session)
            self._rows.check(session, claim)
            try:
                self._rows.update(session, claim.trial_id, {"point": point})
            except IntegrityError as error:
                raise DuplicatePointError(point) from error
            for name, value in params.items():
                session.add(
                    models.TrialParamModel(
                        trial_id=claim.trial_id,
                        param_name=name,
                        param_value=distributions[name].to_internal_repr(value),
                        distribution_json=_distribution_json(distributions[name]),
                    )
                )
            self._rows.set_attributes(session, claim.trial_id, user_attributes, {})

        self._storage.transaction(write)

    def note_start(self, claim: Claim, user_attributes: Mapping[str, Any]) -> None:
        """Writes what is known when a trial that has its parameters starts again."""
        self._storage.transaction(
            lambda session: self._rows.set_attributes(session, claim.trial_id, user_attributes, {})
        )

    def enqueue(
        self,
        params: Mapping[str, Any],
        distributions: Mapping[str, BaseDistribution],
        *,
        point: str,
        limit: int,
        user_attributes: Mapping[str, Any] | None = None,
    ) -> bool:
        """Adds a waiting trial with known parameters.

        Args:
            params: Parameters as Optuna holds them.
            distributions: Distribution of each.
            point: Digest of the point.
            limit: Most trials of the study.
            user_attributes: Attributes of the new trial.

        Returns:
            False when the study has the point already or is full.
        """
        template = create_trial(
            state=TrialState.WAITING,
            params=dict(params),
            distributions=dict(distributions),
            user_attrs=dict(user_attributes or {}),
        )

        def write(session: Session) -> bool:
            self._rows.lock(session)
            known = session.execute(
                sa.select(CLAIMS.c.trial_id)
                .where(CLAIMS.c.study_id == self._study_id)
                .where(CLAIMS.c.point == point)
            ).first()
            if known or self._rows.count(session) >= limit:
                return False
            trial = add_trial(self._storage, self._study_id, template, session)
            session.execute(
                sa.insert(CLAIMS).values(
                    trial_id=trial.trial_id, study_id=self._study_id, attempts=0, point=point
                )
            )
            return True

        return self._storage.transaction(write)

    def finish(self, claim: Claim, ending: Ending) -> None:
        """Ends a trial: state, values, history and attributes in one transaction.

        Args:
            claim: The claim.
            ending: How it ended.

        Raises:
            LeaseLostError: If the claim was taken back meanwhile; nothing is written.
        """

        def write(session: Session) -> None:
            self._rows.check(session, claim)
            trial = session.get_one(models.TrialModel, claim.trial_id)
            self._rows.end(session, trial, ending)

        self._storage.transaction(write)

    def release(self, claim: Claim, *, counts: bool = False) -> None:
        """Gives a trial back: it waits, with its parameters, for whoever claims next.

        Args:
            claim: The claim; when it was already taken back nothing happens.
            counts: Whether the attempt counts against the retries.
        """

        def write(session: Session) -> None:
            try:
                self._rows.check(session, claim)
            except LeaseLostError:
                return
            attempts = claim.attempts if counts else claim.attempts - 1
            self._rows.back_to_waiting(session, claim.trial_id, attempts)

        self._storage.transaction(write)

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
            expires, lost = now(session) + self.lease, []
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
        return self._storage.transaction(self._reap)

    def _reap(self, session: Session) -> list[int]:
        self._rows.lock(session)
        held = session.execute(
            sa.select(CLAIMS)
            .where(CLAIMS.c.study_id == self._study_id)
            .where(CLAIMS.c.token.is_not(None))
        ).mappings()
        current = now(session)
        numbers: list[int] = []
        for row in held.all():
            if not is_abandoned(session, row, own=self.owner, current=current):
                continue
            trial: Any = session.get_one(models.TrialModel, row["trial_id"])
            numbers.append(trial.number)
            interruptions = self._rows.interrupted(session, trial.trial_id)
            if interruptions < MOST_INTERRUPTIONS:
                self._rows.back_to_waiting(session, trial.trial_id, row["attempts"] - 1)
                continue
            reason = f"the search that ran it disappeared {interruptions} times"
            attributes = {records.REASON: reason, records.ATTEMPTS: row["attempts"]}
            ending = Ending(state=TrialState.FAIL, user_attributes=attributes)
            self._rows.end(session, trial, ending)
        return numbers

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


def _distribution_json(distribution: BaseDistribution) -> str:
    from optuna.distributions import distribution_to_json

    return distribution_to_json(distribution)
