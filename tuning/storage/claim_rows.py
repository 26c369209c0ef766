"""The rows of claims and trials: what `ClaimBook` does inside one transaction."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psutil
import sqlalchemy as sa
from optuna.storages._rdb import models
from optuna.trial import TrialState
from sqlalchemy.orm import Session

from tuning.storage.database import StudyStorage

METADATA = sa.MetaData()
CLAIMS = sa.Table(
    "tuning_claims",
    METADATA,
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


class Rows:
    """Reads and writes the rows of one study inside of a session.

    Args:
        storage: The store.
        study_id: Id of the study in it.
    """

    def __init__(self, storage: StudyStorage, study_id: int) -> None:
        self._storage = storage
        self._study_id = study_id

    def lock(self, session: Session) -> None:
        """Locks the study; SQLite's transaction already holds the whole file."""
        models.StudyModel.find_or_raise_by_id(self._study_id, session, for_update=True)

    def count(self, session: Session) -> int:
        """Number of trials of the study."""
        query = sa.select(sa.func.count()).where(models.TrialModel.study_id == self._study_id)
        return int(session.execute(query).scalar_one())

    def row(self, session: Session, trial_id: int) -> Any:
        """The claim's row of a trial, or None."""
        query = sa.select(CLAIMS).where(CLAIMS.c.trial_id == trial_id)
        return session.execute(query).mappings().first()

    def update(self, session: Session, trial_id: int, values: Mapping[str, Any]) -> None:
        """Changes the claim's row of a trial."""
        session.execute(sa.update(CLAIMS).where(CLAIMS.c.trial_id == trial_id).values(**values))

    def check(self, session: Session, claim: Claim) -> None:
        """Raises `LeaseLostError` unless the claim's token is still the trial's."""
        row = self.row(session, claim.trial_id)
        if row is None or row["token"] != claim.token:
            raise LeaseLostError(f"trial {claim.number} was taken over by another search")

    def set_attributes(
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

    def end(self, session: Session, trial: Any, ending: Ending) -> None:
        """Writes how a trial ended and frees its claim."""
        self.set_attributes(
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
        self.update(session, trial.trial_id, {"token": None, "owner": None, "expires": None})

    def back_to_waiting(self, session: Session, trial_id: int, attempts: int) -> None:
        """Makes a trial wait again, with its parameters."""
        trial = session.get_one(models.TrialModel, trial_id)
        trial.state = TrialState.WAITING
        # What a pruner noted at its rungs belongs to the attempt that is thrown away.
        session.execute(
            sa.delete(models.TrialSystemAttributeModel)
            .where(models.TrialSystemAttributeModel.trial_id == trial_id)
            .where(models.TrialSystemAttributeModel.key.like("completed_rung_%"))
        )
        free = {"token": None, "owner": None, "expires": None, "attempts": attempts}
        self.update(session, trial_id, free)


def now(session: Session) -> float:
    """The store's clock, so that machines with other clocks agree on leases."""
    if session.get_bind().dialect.name == "postgresql":
        return float(session.execute(sa.text("select extract(epoch from now())")).scalar_one())
    return time.time()


def _started(pid: int) -> int:
    try:
        return int(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0


def owner_of_this_process() -> str:
    """Names this process: host, process id and when it started."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(owner: str) -> bool:
    """Whether the owner ran on this machine and does not any more."""
    host, pid, started = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    # A process id may be used again by another process, which then started later.
    return abs(_started(int(pid)) - int(started)) > 2
