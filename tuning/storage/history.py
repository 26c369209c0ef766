"""The trials of a study in memory, kept up to date at the cost of what changed."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.orm import Session

from tuning.internals.optuna import id_of, models, read_trials
from tuning.space.space import Space
from tuning.storage.database import StudyStorage


class History:
    """What is known of a study's trials.

    A finished trial is read once. The others are looked at again at each `refresh`, in one short
    query, and read again when they have another state or have got their parameters.

    Laws:
        1. After `refresh` the trials are those of the study, in the order of their numbers.
        2. `seen` holds the key of every point that was tried or is being tried.
        3. The cost of `refresh` grows with the trials that changed, not with the study.

    Args:
        storage: The store.
        study_id: Id of the study in it.
        space: The study's space.

    Attributes:
        seen: Keys of the points of all trials that have one (`Space.key`).
        ended: Finished trials, in the order in which they were seen to end.
    """

    def __init__(self, storage: StudyStorage, study_id: int, space: Space) -> None:
        self._storage = storage
        self._study_id = study_id
        self._space = space
        self._open: dict[int, FrozenTrial] = {}  # by id
        self._last = -1  # the largest id that was read
        self.seen: set[str] = set()
        self.ended: list[FrozenTrial] = []

    @property
    def open(self) -> list[FrozenTrial]:
        """Waiting and running trials, in the order of their numbers."""
        return sorted(self._open.values(), key=_number)

    def trial(self, trial_id: int) -> FrozenTrial:
        """An unfinished trial as it was when it was last read.

        Args:
            trial_id: Its id in the store.
        """
        return self._open[trial_id]

    def refresh(self) -> None:
        """Reads what changed."""
        if self._last < 0:
            self._take(read_trials(self._storage, self._study_id, None))
            return
        states = self._storage.transaction(self._states, reads=True)
        changed = [one for one, state in states.items() if self._has_changed(one, state)]
        self._take(read_trials(self._storage, self._study_id, changed))

    def _states(self, session: Session) -> dict[int, TrialState]:
        """States of the open trials and of new ones by id."""
        trial = models.TrialModel
        new = trial.trial_id > self._last
        query = (
            sa.select(trial.trial_id, trial.state)
            .where(trial.study_id == self._study_id)
            .where(sa.or_(trial.trial_id.in_(self._open), new) if self._open else new)
        )
        return {int(row[0]): row[1] for row in session.execute(query).all()}

    def _has_changed(self, trial_id: int, state: TrialState) -> bool:
        known = self._open.get(trial_id)
        # A running trial has no parameters until its search has written them.
        return known is None or known.state != state or not known.params

    def _take(self, trials: Iterable[FrozenTrial]) -> None:
        for trial in trials:
            trial_id = id_of(trial)
            self._last = max(self._last, trial_id)
            over = trial.state.is_finished()
            if trial.params or over:
                self.seen.add(self._space.key(self._space.decode(trial.params)))
            if over:
                self._open.pop(trial_id, None)
                self.ended.append(trial)
            else:
                self._open[trial_id] = trial


def _number(trial: FrozenTrial) -> int:
    return trial.number
