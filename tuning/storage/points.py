"""What each trial of a study tries: its point, which no other trial of the study has.

Rule 4 of `tuning.storage.claims` is held here, by a unique column of the store.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution
from optuna.trial import TrialState, create_trial
from sqlalchemy.orm import Session

from tuning.internals.optuna import add_trial, models
from tuning.storage.claim_rows import CLAIMS, Claim, Rows, create_tables
from tuning.storage.database import StudyStorage
from tuning.storage.ending_rows import parameter_row

LOST, DUPLICATE = "lost", "duplicate"
_Key = tuple[str | None, str | None]  # a claim's token and its trial's point


@dataclass(frozen=True, kw_only=True)
class Start:
    """What is written when a claimed trial starts.

    Attributes:
        claim: The claim.
        params: Its parameters as Optuna holds them; None for a trial that has them.
        point: Digest that is equal for equal points only; None with `params`.
        user_attributes: What else is known.
    """

    claim: Claim
    params: Mapping[str, Any] | None = None
    point: str | None = None
    user_attributes: Mapping[str, Any] = field(default_factory=dict)


class PointBook:
    """The points of one study.

    Args:
        storage: The store.
        study_id: Id of the study in it.
    """

    def __init__(self, storage: StudyStorage, study_id: int) -> None:
        self._storage = storage
        self._study_id = study_id
        self._rows = Rows(study_id)
        create_tables(storage)

    def start(
        self, starts: Sequence[Start], distributions: Mapping[str, BaseDistribution]
    ) -> dict[str, str]:
        """Writes what claimed trials try, all in one transaction.

        Args:
            starts: The trials.
            distributions: Distribution of each parameter.

        Returns:
            Token of each refused claim to `LOST` or `DUPLICATE`; nothing is written of its trial.
        """

        def write(session: Session) -> dict[str, str]:
            self._rows.lock(session)  # nobody else writes a point meanwhile
            known = self._known(session, starts)
            refused = _refused(known, starts)
            kept = [one for one in starts if one.claim.token not in refused]
            # What has its point already has it of a try whose COMMIT came without its answer.
            fresh = [one for one in kept if one.params is not None and _key(one) not in known]
            if fresh:
                session.execute(
                    sa.update(CLAIMS)
                    .where(CLAIMS.c.trial_id == sa.bindparam("id_"))
                    .values(point=sa.bindparam("point_")),
                    [{"id_": one.claim.trial_id, "point_": one.point} for one in fresh],
                )
                rows = [
                    row
                    for one in fresh
                    for row in _parameter_rows(one.claim.trial_id, one.params or {}, distributions)
                ]
                if rows:
                    session.execute(sa.insert(models.TrialParamModel.__table__), rows)
            # A trial that was claimed for the first time has none yet.
            self._rows.set_attributes(
                session,
                {one.claim.trial_id: one.user_attributes for one in kept},
                replaces=len(fresh) < len(kept),
            )
            return refused

        return self._storage.transaction(write)

    def _known(self, session: Session, starts: Sequence[Start]) -> set[_Key]:
        """Token and point of the claims, and of who has one of their points."""
        points = [one.point for one in starts if one.params is not None]
        query = (
            sa.select(CLAIMS.c.token, CLAIMS.c.point)
            .where(CLAIMS.c.study_id == self._study_id)
            .where(
                CLAIMS.c.trial_id.in_([one.claim.trial_id for one in starts])
                | CLAIMS.c.point.in_(points)
            )
        )
        return {(row.token, row.point) for row in session.execute(query)}

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
        # Its parameters are written here: Optuna refuses other options than those of the first
        # trial, and a space may have grown.
        template = create_trial(state=TrialState.WAITING, user_attrs=dict(user_attributes or {}))

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
            rows = _parameter_rows(int(trial.trial_id), params, distributions)
            if rows:
                session.execute(sa.insert(models.TrialParamModel.__table__), rows)
            session.execute(
                sa.insert(CLAIMS).values(
                    trial_id=trial.trial_id, study_id=self._study_id, attempts=0, point=point
                )
            )
            return True

        return self._storage.transaction(write)


def _key(start: Start) -> _Key:
    return start.claim.token, start.point


def _refused(known: Collection[_Key], starts: Sequence[Start]) -> dict[str, str]:
    held = {token for token, _ in known}
    taken = {point for _, point in known}
    refused = {}
    for one in starts:
        if one.claim.token not in held:
            refused[one.claim.token] = LOST
        elif one.params is not None and _key(one) not in known:
            if one.point in taken:
                refused[one.claim.token] = DUPLICATE
            taken.add(one.point)
    return refused


def _parameter_rows(
    trial_id: int, params: Mapping[str, Any], distributions: Mapping[str, BaseDistribution]
) -> list[dict[str, Any]]:
    return [
        parameter_row(trial_id, name, value, distributions[name]) for name, value in params.items()
    ]
