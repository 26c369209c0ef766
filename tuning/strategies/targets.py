"""What a model is told of ended trials: numbers that follow a normal distribution."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from tuning.strategies.standings import Standing


def targets(standings: Sequence[Standing]) -> np.ndarray:
    """Numbers with mean 0 and deviation 1 for a model, in the order of the standings.

    Values below the median keep their distances, because the search goes on there. All others
    only keep their order, as quantiles of half a normal distribution: how bad a diverged training
    is says nothing, and one of them would hide every difference between the good ones.

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
