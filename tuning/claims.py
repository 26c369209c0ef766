"""Who runs which trial: claims with a lease, in the same database and transactions as the study.

Laws:
    1. A study never has more trials than its limit, however many searches claim at once.
    2. A trial is run by at most one owner; only the holder of its token can finish it.
    3. A claim whose lease ran out, or whose process is gone, is taken back: its trial waits
       again with the same parameters, and fails once its attempts are used up.
    4. No two trials of a study have the same point.
"""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psutil
import sqlalchemy as sa
from optuna.distributions import BaseDistribution
from optuna.storages._rdb import models
from optuna.trial import TrialState, create_trial
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tuning import records
from tuning.storage import StudyStorage, readable_errors, retrying

LEASE_SECONDS = 60.0

_METADATA = sa.MetaData()
_CLAIMS = sa.Table(
    "tuning_claims",
    _METADATA,
    sa.Column("trial_id", sa.Integer, primary_key=True),
    sa.Column("study_id", sa.Integer, nullable=False, index=True),
    sa.Column("token", sa.String(64), nullable=True),
    sa.Column("owner", sa.String(200), nullable=True),
    sa.Column("expires", sa.Float, nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("point", sa.String(64), nullable=True),
    sa.UniqueConstraint("study_id", "point"),
)


class LeaseLostError(Exception):
    """The trial was given to somebody else meanwhile; the late report is refused."""


class DuplicatePointError(Exception):
    """Another trial of the study has this point."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to run one trial.

    Attributes:
        trial_id: Id of the trial in the storage.
        number: Its number in the study.
        token: Shown when the trial is finished.
        attempts: How often the trial was started, this time included.
        sampled: Whether the trial already has its parameters.
    """

    trial_id: int
    number: int
    token: str
    attempts: int
    sampled: bool


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a trial ended, written in one transaction.

    Attributes:
        state: COMPLETE, PRUNED or FAIL.
        values: The study's metrics when complete; one value when pruned after a report.
        intermediate: Step to the first metric.
        user_attributes: Name to anything JSON can hold.
        system_attributes: The same for Optuna's own, such as constraints.
    """

    state: TrialState
    values: Sequence[float] | None = None
    intermediate: Mapping[int, float] = field(default_factory=dict)
    user_attributes: Mapping[str, Any] = field(default_factory=dict)
    system_attributes: Mapping[str, Any] = field(default_factory=dict)


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
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"
        with readable_errors(storage.url):
            retrying(lambda: _METADATA.create_all(storage.engine), also=("already exists",))

    def claim(self, limit: int) -> Claim | None:
        """Takes the oldest waiting trial, or a new one while the study has fewer than `limit`.

        Args:
            limit: Most trials of the study.

        Returns:
            The claim, or None when nothing is left to claim.
        """
        return self._transaction(lambda session: self._claim(session, limit))

    def _claim(self, session: Session, limit: int) -> Claim | None:
        self._lock(session)
        trial: Any = session.scalars(
            sa.select(models.TrialModel)
            .where(models.TrialModel.study_id == self._study_id)
            .where(models.TrialModel.state == TrialState.WAITING)
            .order_by(models.TrialModel.trial_id)
            .limit(1)
        ).first()
        if trial is None:
            if self._count(session) >= limit:
                return None
            trial = self._storage._get_prepared_new_trial(self._study_id, None, session)
        else:
            trial.state = TrialState.RUNNING
            trial.datetime_start = datetime.now()
        row = self._row(session, trial.trial_id)
        claim = Claim(
            trial_id=trial.trial_id,
            number=trial.number,
            token=uuid.uuid4().hex,
            attempts=(row["attempts"] if row else 0) + 1,
            sampled=bool(row and row["point"]),
        )
        values = {
            "token": claim.token,
            "owner": self.owner,
            "expires": _now(session) + self.lease,
            "attempts": claim.attempts,
        }
        if row:
            self._update(session, claim.trial_id, values)
        else:
            session.execute(
                sa.insert(_CLAIMS).values(
                    trial_id=claim.trial_id, study_id=self._study_id, **values
                )
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
            self._lock(session)
            self._check(session, claim)
            try:
                self._update(session, claim.trial_id, {"point": point})
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
            self._set_attributes(session, claim.trial_id, user_attributes, {})

        self._transaction(write)

    def note_start(self, claim: Claim, user_attributes: Mapping[str, Any]) -> None:
        """Writes what is known when a trial that has its parameters starts again."""
        self._transaction(
            lambda session: self._set_attributes(session, claim.trial_id, user_attributes, {})
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
            self._lock(session)
            known = session.execute(
                sa.select(_CLAIMS.c.trial_id)
                .where(_CLAIMS.c.study_id == self._study_id)
                .where(_CLAIMS.c.point == point)
            ).first()
            if known or self._count(session) >= limit:
                return False
            trial = self._storage._get_prepared_new_trial(self._study_id, template, session)
            session.execute(
                sa.insert(_CLAIMS).values(
                    trial_id=trial.trial_id, study_id=self._study_id, attempts=0, point=point
                )
            )
            return True

        return self._transaction(write)

    def finish(self, claim: Claim, ending: Ending) -> None:
        """Ends a trial: state, values, history and attributes in one transaction.

        Args:
            claim: The claim.
            ending: How it ended.

        Raises:
            LeaseLostError: If the claim was taken back meanwhile; nothing is written.
        """

        def write(session: Session) -> None:
            self._check(session, claim)
            trial = session.get_one(models.TrialModel, claim.trial_id)
            self._end(session, trial, ending)

        self._transaction(write)

    def _end(self, session: Session, trial: Any, ending: Ending) -> None:
        self._set_attributes(
            session, trial.trial_id, ending.user_attributes, ending.system_attributes
        )
        for objective, value in enumerate(ending.values or ()):
            self._storage._set_trial_value_without_commit(session, trial, objective, value)
        convert = models.TrialIntermediateValueModel.intermediate_value_to_stored_repr
        rows = [
            {
                "trial_id": trial.trial_id,
                "step": step,
                "intermediate_value": convert(value)[0],
                "intermediate_value_type": convert(value)[1],
            }
            for step, value in ending.intermediate.items()
        ]
        if rows:
            session.execute(sa.insert(models.TrialIntermediateValueModel), rows)
        trial.state = ending.state
        trial.datetime_complete = datetime.now()
        self._update(session, trial.trial_id, {"token": None, "owner": None, "expires": None})

    def release(self, claim: Claim, *, counts: bool = False) -> None:
        """Gives a trial back: it waits, with its parameters, for whoever claims next.

        Args:
            claim: The claim; when it was already taken back nothing happens.
            counts: Whether the attempt counts against the retries.
        """

        def write(session: Session) -> None:
            try:
                self._check(session, claim)
            except LeaseLostError:
                return
            attempts = claim.attempts if counts else claim.attempts - 1
            self._back_to_waiting(session, claim.trial_id, attempts)

        self._transaction(write)

    def _back_to_waiting(self, session: Session, trial_id: int, attempts: int) -> None:
        trial = session.get_one(models.TrialModel, trial_id)
        trial.state = TrialState.WAITING
        # What a pruner noted at its rungs belongs to the attempt that is thrown away.
        session.execute(
            sa.delete(models.TrialSystemAttributeModel)
            .where(models.TrialSystemAttributeModel.trial_id == trial_id)
            .where(models.TrialSystemAttributeModel.key.like("completed_rung_%"))
        )
        free = {"token": None, "owner": None, "expires": None, "attempts": attempts}
        self._update(session, trial_id, free)

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
            expires, lost = _now(session) + self.lease, []
            for claim in claims:
                changed = session.execute(
                    sa.update(_CLAIMS)
                    .where(_CLAIMS.c.trial_id == claim.trial_id)
                    .where(_CLAIMS.c.token == claim.token)
                    .values(expires=expires)
                )
                if changed.rowcount != 1:  # type: ignore[attr-defined]
                    lost.append(claim)
            return lost

        return self._transaction(write)

    def reap(self, *, retries: int) -> list[int]:
        """Takes back every claim whose lease ran out or whose process is gone.

        Args:
            retries: How often a trial may be started again; afterwards it fails.

        Returns:
            Numbers of the trials that were taken back.
        """
        return self._transaction(lambda session: self._reap(session, retries))

    def _reap(self, session: Session, retries: int) -> list[int]:
        self._lock(session)
        held = session.execute(
            sa.select(_CLAIMS)
            .where(_CLAIMS.c.study_id == self._study_id)
            .where(_CLAIMS.c.token.is_not(None))
        ).mappings()
        now = _now(session)
        numbers: list[int] = []
        for row in held.all():
            if row["expires"] > now and not _is_gone(row["owner"]):
                continue
            trial: Any = session.get_one(models.TrialModel, row["trial_id"])
            numbers.append(trial.number)
            if row["attempts"] <= retries:
                self._back_to_waiting(session, trial.trial_id, row["attempts"])
            else:
                reason = f"lost {row['attempts']} times: the process that ran it disappeared"
                attributes = {records.REASON: reason, records.ATTEMPTS: row["attempts"]}
                ending = Ending(state=TrialState.FAIL, user_attributes=attributes)
                self._end(session, trial, ending)
        return numbers

    def counts(self) -> dict[str, int]:
        """Counts the trials of the study by `records.STATES`."""

        def read(session: Session) -> dict[str, int]:
            query = (
                sa.select(models.TrialModel.state, sa.func.count())
                .where(models.TrialModel.study_id == self._study_id)
                .group_by(models.TrialModel.state)
            )
            found = {state.name: int(count) for state, count in session.execute(query).all()}
            return {state: found.get(name, 0) for name, state in records.OPTUNA_STATES.items()}

        return self._transaction(read)

    def forget(self) -> None:
        """Deletes the claims of the study, before the study itself is deleted."""
        self._transaction(
            lambda session: session.execute(
                sa.delete(_CLAIMS).where(_CLAIMS.c.study_id == self._study_id)
            )
        )

    def _transaction(self, work: Any) -> Any:
        def call() -> Any:
            with Session(self._storage.engine) as session, session.begin():
                return work(session)

        with readable_errors(self._storage.url):
            return retrying(call)

    def _lock(self, session: Session) -> None:
        """Locks the study; SQLite's transaction already holds the whole file."""
        models.StudyModel.find_or_raise_by_id(self._study_id, session, for_update=True)

    def _count(self, session: Session) -> int:
        query = sa.select(sa.func.count()).where(models.TrialModel.study_id == self._study_id)
        return int(session.execute(query).scalar_one())

    def _row(self, session: Session, trial_id: int) -> Any:
        query = sa.select(_CLAIMS).where(_CLAIMS.c.trial_id == trial_id)
        return session.execute(query).mappings().first()

    def _update(self, session: Session, trial_id: int, values: Mapping[str, Any]) -> None:
        session.execute(sa.update(_CLAIMS).where(_CLAIMS.c.trial_id == trial_id).values(**values))

    def _check(self, session: Session, claim: Claim) -> None:
        row = self._row(session, claim.trial_id)
        if row is None or row["token"] != claim.token:
            raise LeaseLostError(f"trial {claim.number} was taken over by another search")

    def _set_attributes(
        self,
        session: Session,
        trial_id: int,
        user: Mapping[str, Any],
        system: Mapping[str, Any],
    ) -> None:
        """Replaces attributes in two statements; Optuna's way takes two for each."""
        for model, attributes in (
            (models.TrialUserAttributeModel, user),
            (models.TrialSystemAttributeModel, system),
        ):
            if not attributes:
                continue
            session.execute(
                sa.delete(model)
                .where(model.trial_id == trial_id)
                .where(model.key.in_(list(attributes)))
            )
            rows = [
                {"trial_id": trial_id, "key": key, "value_json": json.dumps(value)}
                for key, value in attributes.items()
            ]
            session.execute(sa.insert(model), rows)


def _distribution_json(distribution: BaseDistribution) -> str:
    from optuna.distributions import distribution_to_json

    return distribution_to_json(distribution)


def _now(session: Session) -> float:
    """The store's clock, so that machines with other clocks agree on leases."""
    if session.get_bind().dialect.name == "postgresql":
        return float(session.execute(sa.text("select extract(epoch from now())")).scalar_one())
    return time.time()


def _started(pid: int) -> int:
    try:
        return int(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0


def _is_gone(owner: str) -> bool:
    """Whether the owner ran on this machine and does not any more."""
    host, pid, started = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    # A process id may be used again by another process, which then started later.
    return abs(_started(int(pid)) - int(started)) > 2
