"""The trials of a study in memory, kept up to date at the cost of what changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.orm import Session

from tuning.internals.optuna import id_of
from tuning.space.space import Space
from tuning.space.tried import TriedPoints
from tuning.storage.database import StudyStorage
from tuning.storage.open_trials import OpenTrials
from tuning.storage.trial_rows import read_trials

Distributions = Mapping[str, BaseDistribution]


class History:
    """What is known of a study's trials.

    A finished trial is read once. The others are looked at again at each `refresh`, in one short
    query, and read again when they have another state or have got their parameters.

    Rules:
        1. After `refresh` the trials are those of the study, in the order of their numbers,
           without the attributes that users gave them.
        2. `tried` holds every point that was tried or is being tried.
        3. The cost of `refresh` grows with the trials that changed, not with the study.

    Args:
        storage: The store.
        study_id: Id of the study in it.
        space: The study's space.

    Attributes:
        tried: The points of all trials that have one.
        ended: Finished trials, in the order in which they were seen to end.
    """

    def __init__(self, storage: StudyStorage, study_id: int, space: Space) -> None:
        self._storage = storage
        self._study_id = study_id
        self._space = space
        self._states = OpenTrials(study_id)
        self._open: dict[int, FrozenTrial] = {}  # by id
        self._over: set[int] = set()  # ids of `ended`
        self._distributions: dict[tuple[str, ...], dict[str, BaseDistribution]] = {}
        self._read = False
        self.tried = TriedPoints(space)
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

    def has_ended(self, trial_id: int) -> bool:
        """Whether a trial had ended when the study was last read.

        Args:
            trial_id: Its id in the store.
        """
        return trial_id in self._over

    def begin(self, trial_id: int, params: Mapping[str, Any], space: Distributions) -> None:
        """Notes what an unfinished trial tries, so that it need not be read.

        Args:
            trial_id: Its id in the store.
            params: Its parameters as Optuna holds them; empty when it has none after all.
            space: Distribution of each.
        """
        trial = copy.copy(self._open[trial_id])
        trial.distributions = {name: space[name] for name in params}
        trial.params = {  # as they will be read
            name: space[name].to_external_repr(space[name].to_internal_repr(value))
            for name, value in params.items()
        }
        self._keep(trial)

    def refresh(self) -> None:
        """Reads what changed."""
        # Only what was read whole counts: a transaction that fails is tried again.
        self._states, changed = self._storage.transaction(self._changed, reads=True)
        if self._read:
            for withdrawn in self._open.keys() - self._states.states.keys():
                del self._open[withdrawn]
        for trial in changed:
            self._keep(trial)
        self._read = True

    def _changed(self, session: Session) -> tuple[OpenTrials, list[FrozenTrial]]:
        now, found = self._states.look(session)
        if not self._read:
            return now, read_trials(session, self._study_id, None)
        changed = [one for one, state in found.items() if self._has_changed(one, state)]
        return now, read_trials(session, self._study_id, changed)

    def _has_changed(self, trial_id: int, state: TrialState) -> bool:
        if trial_id in self._over:
            return False  # it ended between two queries of the last look
        known = self._open.get(trial_id)
        # A running trial has no parameters until its search has written them.
        return known is None or known.state != state or not known.params

    def _keep(self, trial: FrozenTrial) -> None:
        # One object for all trials with the same parameters: a collection of garbage that walks
        # through seven for each of 10,000 trials takes longer than a suggestion.
        kind = tuple(trial.distributions)
        known = self._distributions.setdefault(kind, trial.distributions)
        if trial.distributions == known:
            trial.distributions = known
        is_over = trial.state.is_finished()
        if trial.params or is_over:
            self.tried.add(self._space.decode(trial.params))
        if is_over:
            self._open.pop(id_of(trial), None)
            self._over.add(id_of(trial))
            self.ended.append(trial)
        else:
            self._open[id_of(trial)] = trial


def _number(trial: FrozenTrial) -> int:
    return trial.number
