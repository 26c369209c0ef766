"""Asks Optuna's pruner about a running trial whose reports are not in the store yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

import optuna
from optuna.storages import BaseStorage
from optuna.study import StudyDirection

from tuning.settings import SearchSettings
from tuning.storage.claim_rows import Claim
from tuning.strategies import make_pruner


class _FirstMetric(optuna.Study):
    """A study as pruners want it: with one direction, that of the first metric."""

    @property
    def directions(self) -> list[StudyDirection]:
        return super().directions[:1]


class Decider:
    """Decides whether running trials go on.

    Args:
        backend: The store.
        settings: The search's settings.
    """

    def __init__(self, backend: BaseStorage, settings: SearchSettings) -> None:
        self._backend = backend
        self._study_name = settings.study
        self._asked: WeakKeyDictionary[Claim, int] = WeakKeyDictionary()  # the last step of each
        self._pruner, self.steps = make_pruner(
            str(settings.pruner), settings.budget, settings.pruner_options
        )

    @property
    def active(self) -> bool:
        """Whether any trial can be pruned at all."""
        return self.steps is None or len(self.steps) > 0

    def prunes(self, claim: Claim, steps: Sequence[int], values: Sequence[float]) -> bool:
        """Whether a trial is given up.

        A trial that goes on from a checkpoint, or asked while the store was away, has passed
        decisions over. They are made first, each with what was reported up to its step: a rung
        would otherwise hold the value of a later one, which other trials cannot reach there.

        Args:
            claim: The running trial.
            steps: Steps reported so far.
            values: The first metric at each.
        """
        study = _FirstMetric(
            study_name=self._study_name, storage=self._backend, pruner=self._pruner
        )
        for count in self._due(claim, steps):
            trial = self._backend.get_trial(claim.trial_id)  # with the rungs that it has by now
            trial.intermediate_values = dict(zip(steps[:count], values[:count], strict=True))
            if self._pruner.prune(study, trial):
                return True
        return False

    def _due(self, claim: Claim, steps: Sequence[int]) -> Iterator[int]:
        """How many of the reports there were at each decision that was not made yet."""
        for count, step in enumerate(steps, 1):
            last = self._asked.get(claim, 0)
            passed = self.steps is None or any(last < decision <= step for decision in self.steps)
            if step > last and passed:
                self._asked[claim] = step
                yield count
