"""What trials of every end are worth to a model: an order, and numbers that fit a normal law."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from scipy.special import ndtri
from scipy.stats import rankdata


class Standing(NamedTuple):
    """A trial's place in an order in which less is better.

    Attributes:
        group: 0 for a value of its own, then pruned, infeasible and failed ones.
        reached: Minus the last step of a pruned trial, else 0.
        value: The value turned so that less is better; a violation of an infeasible trial.
    """

    group: int
    reached: int
    value: float

    @property
    def valued(self) -> bool:
        """Whether the value is the trial's own result."""
        return self.group == 0


def order(trial: FrozenTrial, direction: StudyDirection) -> Standing:
    """The standing of an ended trial, in the same order in which TPE sees them.

    Args:
        trial: A complete, pruned or failed trial.
        direction: Of its only metric.
    """
    sign = -1.0 if direction == StudyDirection.MAXIMIZE else 1.0
    violation = sum(excess for excess in trial.constraints.values() if excess > 0)
    if violation > 0:
        return Standing(2, 0, violation)
    if trial.state == TrialState.COMPLETE and math.isfinite(trial.values[0]):
        return Standing(0, 0, sign * trial.values[0])
    if trial.state == TrialState.PRUNED and trial.intermediate_values:
        step, value = max(trial.intermediate_values.items())
        return Standing(1, -step, sign * value if math.isfinite(value) else math.inf)
    return Standing(3, 0, 0.0)


def targets(standings: Sequence[Standing]) -> np.ndarray:
    """Numbers with mean 0 and deviation 1 for a model, in the order of the standings.

    Values below the median keep their distances, because the search goes on there. All others
    only keep their order, as quantiles of half a normal law: how bad a diverged training is says
    nothing, and one of them would hide every difference between the good ones.

    Args:
        standings: Those of all trials, at least one with a value of its own.

    Returns:
        `float[n]`; zeros when all are equal.

    Example:
        >>> told = targets([Standing(0, 0, value) for value in (1.0, 2.0, 3.0, 4.0, 1e9)])
        >>> (told - told[2]).round(2)
        array([-1.58, -0.9 ,  0.  ,  0.5 ,  1.25])
    """
    values = np.array([one.value if one.valued else math.inf for one in standings])
    pivot = float(np.median(values[np.isfinite(values)]))
    good = values < pivot
    numbers = np.empty(len(values))
    if good.any():
        with np.errstate(over="ignore"):  # values may be as large as 1e308
            gain = np.minimum(pivot - values[good], np.finfo(float).max)
        gain /= gain.max()
        numbers[good] = -gain / math.sqrt(float(np.mean(gain**2)))
    unique = {standing: index for index, standing in enumerate(sorted(set(standings)))}
    ranks = rankdata([unique[standing] for standing in standings])[~good] - good.sum()
    numbers[~good] = ndtri(0.5 + 0.5 * (ranks - 0.5) / len(ranks))
    numbers -= numbers.mean()
    return np.asarray(numbers / (numbers.std() or 1.0))
