"""A study as one strategy should see it in one phase."""

from __future__ import annotations

import bisect
import copy
from collections.abc import Sequence
from operator import attrgetter
from typing import Protocol

from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState
from typing_extensions import override

from tuning.internals.optuna import FilteredStudy
from tuning.space.space import Space
from tuning.strategies.distributions import distributions_of
from tuning.strategies.told import ToldTrials


class Trials(Protocol):
    """The trials of a study; `tuning.storage.history.History` keeps them."""

    @property
    def open(self) -> Sequence[FrozenTrial]:
        """Waiting and running trials."""

    @property
    def ended(self) -> Sequence[FrozenTrial]:
        """Finished trials in the order in which they were seen to end; it only grows."""


class StudyView(FilteredStudy):
    """A study whose trials are told in terms of a phase's space.

    Trials outside of the phase's space are left out, and the others carry its distributions;
    otherwise Optuna's samplers, which use only what all trials share, would forget them. A failed
    trial is told as one that was pruned before its first report, the worst there is: otherwise
    samplers would not learn from it and come back to the region where training diverges.

    Args:
        name: Name of the study.
        backend: The store.
        trials: Its trials, read by whoever has them; nothing is read here.
        space: The study's space.
        part: The phase's space.
        counts_pruned: Whether pruned trials are told as complete ones, with their last value, for
            samplers that know no pruning.
        most: Most ended trials that are told, see `ToldTrials`.
    """

    def __init__(
        self,
        name: str,
        backend: BaseStorage,
        trials: Trials,
        *,
        space: Space,
        part: Space,
        counts_pruned: bool = False,
        most: int | None = None,
    ) -> None:
        super().__init__(study_name=name, storage=backend)
        self._trials = trials
        self._space = space
        self._part = part
        self._is_narrower = part != space
        self._distributions = distributions_of(part)
        self._counts_pruned = counts_pruned
        self._ended = ToldTrials(self.directions, most)
        self._taken = 0
        self._told: list[FrozenTrial] | None = None

    def look(self) -> None:
        """Tells from now on what the trials are now; a sampler asks several times for one point."""
        self._told = None

    @override
    def told(self) -> list[FrozenTrial]:
        if self._told is None:
            self._told = self._tell_all()
        return self._told

    def _tell_all(self) -> list[FrozenTrial]:
        for trial in self._trials.ended[self._taken :]:
            if self._belongs(trial):
                self._ended.add(self._tell(trial))
            self._taken += 1
        running = [self._tell(trial) for trial in self._trials.open if self._belongs(trial)]
        told = self._ended.list()
        for trial in running:  # few beside the ended ones, which are in order
            bisect.insort(told, trial, key=attrgetter("number"))
        return told

    def _belongs(self, trial: FrozenTrial) -> bool:
        if not self._is_narrower or not trial.params:
            return True
        # It may lack what its objective did not ask for.
        point = self._space.decode(trial.params).items()
        return all(n in self._part and self._part[n].contains(value) for n, value in point)

    def _tell(self, trial: FrozenTrial) -> FrozenTrial:
        pruned = trial.state == TrialState.PRUNED
        as_complete = self._counts_pruned and pruned and bool(trial.values)
        failed = trial.state == TrialState.FAIL and bool(trial.params)
        other = self._is_narrower or self._is_older(trial)
        if not other and not as_complete and not failed:
            return trial
        told = copy.copy(trial)
        if other:
            # Another set of options may hold the same one in another form.
            told.params = self._part.encode(self._space.decode(trial.params))
            told.distributions = {name: self._distributions[name] for name in told.params}
        if as_complete:
            told.state = TrialState.COMPLETE
        if failed:
            told.state, told.intermediate_values = TrialState.PRUNED, {}
        return told

    def _is_older(self, trial: FrozenTrial) -> bool:
        """Whether the study's space has grown since this trial got its point."""
        return any(
            self._distributions.get(name) != one for name, one in trial.distributions.items()
        )
