"""Which ended trials a strategy is told, so that a long study slows no suggestion."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from operator import itemgetter

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from tuning.strategies.standings import Standing, order, violation

_first = itemgetter(0)  # number of a trial
_BEST_SHARE = 4  # one in so many of the told trials is told because it is good


class ToldTrials:
    """The ended trials of a study, or the best and the latest of them.

    Models weigh old and bad trials least: TPE's weights of bad trials fall with their age, and a
    Gaussian process takes 100 points. What is told depends on the trials alone, not on the order
    in which they were added, so that a search that is resumed goes on as it would have.

    Args:
        directions: Directions of the study.
        most: Most trials that are told, or None for all. A quarter of them are the best ones
            (with several metrics those that no other beats), the others the latest.
    """

    def __init__(self, directions: Sequence[StudyDirection], most: int | None) -> None:
        self._signs = [-1.0 if d == StudyDirection.MAXIMIZE else 1.0 for d in directions]
        self._direction = directions[0]
        self._most = most
        self._by_number: list[tuple[int, FrozenTrial]] = []
        self._ranked: list[tuple[Standing, int]] = []
        self._front: dict[int, list[float]] = {}

    def add(self, trial: FrozenTrial) -> None:
        """Takes one more ended trial."""
        bisect.insort(self._by_number, (trial.number, trial), key=_first)
        if self._most is None:
            return
        if len(self._signs) > 1:
            self._join_front(trial)
        else:
            bisect.insort(self._ranked, (order(trial, self._direction), trial.number))

    def list(self) -> list[FrozenTrial]:
        """The told trials in the order of their numbers."""
        if self._most is None or len(self._by_number) <= self._most:
            return [trial for _, trial in self._by_number]
        best = self._best(self._most // _BEST_SHARE)
        latest: list[tuple[int, FrozenTrial]] = []
        for pair in reversed(self._by_number):
            if len(latest) == self._most - len(best):
                break
            if pair[0] not in best:
                latest.append(pair)
        good = [self._at(number) for number in best]
        return [trial for _, trial in sorted(latest + good, key=_first)]

    def _best(self, count: int) -> set[int]:
        if len(self._signs) > 1:
            return set(sorted(self._front)[-count:])
        return {number for _, number in self._ranked[:count]}

    def _at(self, number: int) -> tuple[int, FrozenTrial]:
        return self._by_number[bisect.bisect_left(self._by_number, number, key=_first)]

    def _join_front(self, trial: FrozenTrial) -> None:
        if trial.state != TrialState.COMPLETE or violation(trial) > 0:
            return
        values = [sign * value for sign, value in zip(self._signs, trial.values, strict=True)]
        if not all(map(math.isfinite, values)):
            return
        if any(_beats(other, values) for other in self._front.values()):
            return
        kept = {n: other for n, other in self._front.items() if not _beats(values, other)}
        self._front = {**kept, trial.number: values}


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))
