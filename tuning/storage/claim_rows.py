"""The rows of claims and trials: what `ClaimBook` does inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from optuna.trial import TrialState
from sqlalchemy.orm import Session

from tuning.internals.optuna import RUNG_PREFIX, models, set_value
from tuning.storage import records
from tuning.storage.database import StudyStorage
from tuning.storage.leases import FREE

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


def create_tables(storage: StudyStorage) -> None:
    """Makes the tables of claims and endings where they are missing."""
    storage.make_tables(METADATA)


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

    def count(self, session: Session, *, but: TrialState | None = None) -> int:
        """Number of trials of the study, without those in one state."""
        query = sa.select(sa.func.count()).where(models.TrialModel.study_id == self._study_id)
        if but is not None:
            query = query.where(models.TrialModel.state != but)
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

    def study_attribute(self, session: Session, key: str) -> Any:
        """A user attribute of the study, or None."""
        model = models.StudyUserAttributeModel
        query = (
            sa.select(model.value_json)
            .where(model.study_id == self._study_id)
            .where(model.key == key)
        )
        found = session.execute(query).scalar_one_or_none()
        return None if found is None else json.loads(found)

    def set_study_attribute(self, session: Session, key: str, value: Any) -> None:
        """Replaces a user attribute of the study."""
        model = models.StudyUserAttributeModel
        session.execute(
            sa.delete(model).where(model.study_id == self._study_id).where(model.key == key)
        )
        session.add(model(study_id=self._study_id, key=key, value_json=json.dumps(value)))

    def end(self, session: Session, trial: Any, ending: Ending) -> None:
        """Writes how a trial ended and frees its claim."""
        self.set_attributes(
            session, trial.trial_id, ending.user_attributes, ending.system_attributes
        )
        for objective, value in enumerate(ending.values or ()):
            set_value(self._storage, session, trial, objective, value)
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
        self.update(session, trial.trial_id, FREE)

    def interrupted(self, session: Session, trial_id: int) -> int:
        """Notes that the search of a trial disappeared; returns how often by now."""
        model = models.TrialUserAttributeModel
        query = (
            sa.select(model.value_json)
            .where(model.trial_id == trial_id)
            .where(model.key == records.INTERRUPTIONS)
        )
        count = int(session.execute(query).scalar_one_or_none() or 0) + 1
        self.set_attributes(session, trial_id, {records.INTERRUPTIONS: count}, {})
        return count

    def back_to_waiting(self, session: Session, trial_id: int, attempts: int) -> None:
        """Makes a trial wait again, with its parameters."""
        trial = session.get_one(models.TrialModel, trial_id)
        trial.state = TrialState.WAITING
        # What a pruner noted at its rungs belongs to the attempt that is thrown away.
        session.execute(
            sa.delete(models.TrialSystemAttributeModel)
            .where(models.TrialSystemAttributeModel.trial_id == trial_id)
            .where(models.TrialSystemAttributeModel.key.like(f"{RUNG_PREFIX}%"))
        )
        self.update(session, trial_id, {**FREE, "attempts": attempts})
