"""The trials of a study that have not ended, kept up to date at the cost of what changed."""

from __future__ import annotations

import copy

import sqlalchemy as sa
from optuna.trial import TrialState
from sqlalchemy.orm import Session

from tuning.internals.optuna import models


class OpenTrials:
    """States of waiting and running trials, and how many trials have ended.

    A trial that ended stays as it is, so that only the others and new ones are looked at; one that
    is withdrawn (`ClaimBook.withdraw`) was open. Trials of a study get larger and larger ids in the
    order in which they appear, because whoever adds one holds the study's row.

    Args:
        study_id: Id of the study in its store.

    Attributes:
        states: State of each open trial by id, as at the last look.
        ended: Number of trials that have ended.
    """

    def __init__(self, study_id: int) -> None:
        self._study_id = study_id
        self._last = -1  # the largest id that was seen
        self.states: dict[int, TrialState] = {}
        self.ended = 0

    @property
    def total(self) -> int:
        """Number of trials of the study."""
        return self.ended + len(self.states)

    def ids(self, state: TrialState) -> list[int]:
        """Open trials in one state, the oldest first."""
        return sorted(one for one, found in self.states.items() if found == state)

    def look(self, session: Session) -> tuple[OpenTrials, dict[int, TrialState]]:
        """Reads what changed; this one stays as it is, as a transaction may be tried again.

        Args:
            session: An open transaction.

        Returns:
            The open trials now, and the state of each trial that is new, or was open before.
        """
        trial = models.TrialModel.__table__.c  # without the detour through the ORM
        new = trial.trial_id > self._last
        query = (
            sa.select(trial.trial_id, trial.state)
            .where(trial.study_id == self._study_id)
            .where(sa.or_(trial.trial_id.in_(self.states), new) if self.states else new)
        )
        found = {int(row[0]): row[1] for row in session.execute(query).all()}
        now = copy.copy(self)
        if gone := self.states.keys() - found.keys():
            # Withdrawn, as the last ones are; a file of SQLite gives their ids to the next ones.
            now._last = min(gone) - 1
        now._last = max([now._last, *found])
        now.ended += sum(state.is_finished() for state in found.values())
        now.states = {one: state for one, state in found.items() if not state.is_finished()}
        return now, found
