"""The rows of claims and trials: what `ClaimBook` does inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution
from optuna.trial import TrialState
from sqlalchemy.orm import Session

from tuning.internals.optuna import RUNG_PREFIX, models
from tuning.storage import records
from tuning.storage.database import StudyStorage
from tuning.storage.ending_rows import write_details
from tuning.storage.leases import FREE, local_time

Attributes = Mapping[int, Mapping[str, Any]]  # by id of the trial
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
        parameters: Name to value and distribution of what the trial was asked for and had no
            value of.
        asked: Names of all that it was asked for, where its objective said so: what it had beside
            them had no effect, and goes. None to leave everything.
    """

    state: TrialState
    values: Sequence[float] | None = None
    intermediate: Mapping[int, float] = field(default_factory=dict)
    user_attributes: Mapping[str, Any] = field(default_factory=dict)
    system_attributes: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, tuple[Any, BaseDistribution]] = field(default_factory=dict)
    asked: Sequence[str] | None = None


class Rows:
    """Reads and writes the rows of one study inside of a session.

    Args:
        study_id: Id of the study in its store.
    """

    def __init__(self, study_id: int) -> None:
        self._study_id = study_id

    def lock(self, session: Session) -> None:
        """Locks the study; SQLite's transaction already holds the whole file."""
        study = models.StudyModel.__table__.c.study_id
        query = sa.select(study).where(study == self._study_id).with_for_update()
        if session.execute(query).first() is None:
            raise KeyError(f"There is no study with the id {self._study_id} any more.")

    def count(self, session: Session) -> int:
        """Number of trials of the study."""
        query = sa.select(sa.func.count()).where(models.TrialModel.study_id == self._study_id)
        return int(session.execute(query).scalar_one())

    def rows(self, session: Session, trial_ids: Sequence[int]) -> dict[int, Any]:
        """The claims' rows of trials by trial; those that have none are left out."""
        query = sa.select(CLAIMS).where(CLAIMS.c.trial_id.in_(trial_ids))
        return {row["trial_id"]: row for row in session.execute(query).mappings()}

    def claimed(self, session: Session) -> Sequence[Any]:
        """The rows of all claims of the study that somebody holds, or held until it was gone."""
        query = (
            sa.select(CLAIMS)
            .where(CLAIMS.c.study_id == self._study_id)
            .where(CLAIMS.c.token.is_not(None))
        )
        return session.execute(query).mappings().all()

    def held(self, session: Session, claims: Sequence[Claim]) -> set[str]:
        """The tokens of those claims that were not taken back, nor can be until the session ends.

        Without the lock a transaction that is held up on its way, between this question and what
        it writes, would end a trial that another search took over meanwhile.
        """
        query = (
            sa.select(CLAIMS.c.token)
            .where(CLAIMS.c.trial_id.in_([claim.trial_id for claim in claims]))
            .order_by(CLAIMS.c.trial_id)
            .with_for_update()
        )
        return {str(token) for token in session.scalars(query)} & {one.token for one in claims}

    def update(self, session: Session, trial_id: int, values: Mapping[str, Any]) -> None:
        """Changes the claim's row of a trial."""
        session.execute(sa.update(CLAIMS).where(CLAIMS.c.trial_id == trial_id).values(**values))

    def set_attributes(
        self,
        session: Session,
        user: Attributes,
        system: Attributes | None = None,
        *,
        replaces: bool = True,
    ) -> None:
        """Replaces attributes of trials in two statements; Optuna's way takes two for each.

        Args:
            session: An open transaction.
            user: Id of a trial to its attributes.
            system: The same for Optuna's own.
            replaces: Whether some trial may have one of them already.
        """
        for table, by_trial in (
            (models.TrialUserAttributeModel.__table__, user),
            (models.TrialSystemAttributeModel.__table__, system or {}),
        ):
            rows = [
                {"trial_id": trial_id, "key": key, "value_json": json.dumps(value)}
                for trial_id, attributes in by_trial.items()
                for key, value in attributes.items()
            ]
            if rows:
                keys = [(row["trial_id"], row["key"]) for row in rows]
                place = sa.tuple_(table.c.trial_id, table.c.key)
                if replaces:
                    session.execute(sa.delete(table).where(place.in_(keys)))
                session.execute(sa.insert(table), rows)

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

    def end(self, session: Session, endings: Mapping[int, Ending]) -> datetime:
        """Writes how trials ended and frees their claims.

        Args:
            session: An open transaction.
            endings: Id of a trial that runs to its ending.

        Returns:
            The moment that is noted as their end; to the microsecond, it is no other one's.
        """
        moment = local_time(session)
        self.set_attributes(
            session,
            {trial_id: ending.user_attributes for trial_id, ending in endings.items()},
            {trial_id: ending.system_attributes for trial_id, ending in endings.items()},
        )
        write_details(session, endings)
        if not endings:
            return moment
        trial = models.TrialModel.__table__
        end = {"state": sa.bindparam("state_"), "datetime_complete": moment}
        session.execute(
            sa.update(trial).where(trial.c.trial_id == sa.bindparam("id_")).values(end),
            [{"id_": one, "state_": ending.state} for one, ending in endings.items()],
        )
        session.execute(sa.update(CLAIMS).where(CLAIMS.c.trial_id.in_(endings)).values(**FREE))
        return moment

    def not_ended(
        self, session: Session, claims: Sequence[Claim], moments: Sequence[datetime]
    ) -> list[Claim]:
        """Those of the claims whose trials did not end at one of the moments that `end` returned.

        Args:
            session: An open transaction.
            claims: The claims.
            moments: The moments.
        """
        trial = models.TrialModel.__table__.c
        query = (
            sa.select(trial.trial_id)
            .where(trial.trial_id.in_([claim.trial_id for claim in claims]))
            .where(trial.datetime_complete.in_(moments))
        )
        ended = set(session.scalars(query))
        return [claim for claim in claims if claim.trial_id not in ended]

    def interrupted(self, session: Session, trial_id: int) -> int:
        """Notes that the search of a trial disappeared; returns how often by now."""
        model = models.TrialUserAttributeModel
        query = (
            sa.select(model.value_json)
            .where(model.trial_id == trial_id)
            .where(model.key == records.INTERRUPTIONS)
        )
        count = int(session.execute(query).scalar_one_or_none() or 0) + 1
        self.set_attributes(session, {trial_id: {records.INTERRUPTIONS: count}})
        return count

    def remove(self, session: Session, trial_id: int) -> None:
        """Deletes a trial and its claim."""
        session.delete(session.get_one(models.TrialModel, trial_id))
        session.execute(sa.delete(CLAIMS).where(CLAIMS.c.trial_id == trial_id))

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
