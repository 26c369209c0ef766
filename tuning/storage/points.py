"""What each trial of a study tries: its point, which no other trial of the study has.

Rule 4 of `tuning.storage.claims` is held here, by a unique column of the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.trial import TrialState, create_trial
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tuning.internals.optuna import add_trial, models
from tuning.storage.claim_rows import CLAIMS, Claim, DuplicatePointError, Rows, create_tables
from tuning.storage.database import StudyStorage


class PointBook:
    """The points of one study.

    Args:
        storage: The store.
        study_id: Id of the study in it.
    """

    def __init__(self, storage: StudyStorage, study_id: int) -> None:
        self._storage = storage
        self._study_id = study_id
        self._rows = Rows(storage, study_id)
        create_tables(storage)

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
                        distribution_json=distribution_to_json(distributions[name]),
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
