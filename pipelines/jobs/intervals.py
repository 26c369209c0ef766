"""How sure a difference is: over the draw of the test rows, and of the seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

import numpy as np

from pipelines.evaluation import Interval, Measure, difference_interval


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Values with their mean and sample standard deviation, None for a single value.

    Example:
        >>> spread([1.0, 3.0])["mean"], spread([1.0])["deviation"]
        (2.0, None)
    """
    return {
        "values": list(values),
        "mean": fmean(values),
        "deviation": stdev(values) if len(values) > 1 else None,
    }


def difference_over_seeds(
    measure: Measure,
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    targets: np.ndarray,
    *,
    metric: str,
) -> Interval:
    """Interval of the mean metric of one set of models minus that of another.

    The bootstrap draws the test rows, the same for both, and which seeds were trained: the
    interval holds the luck of both. With few seeds it is too narrow rather than too wide.

    Args:
        measure: `(predictions, targets) -> metrics`.
        first: Predictions `[samples, ...]` of one model per seed.
        second: Those of the others, also of another number.
        targets: `[samples, ...]`.
        metric: Which metric.

    Returns:
        The 95 % interval.
    """
    generator = np.random.default_rng(0)

    def mean_of_seeds(stacked: np.ndarray, rows: np.ndarray) -> dict[str, float]:
        count = stacked.shape[1]
        drawn = generator.integers(0, count, size=(count,))
        scores = (measure(stacked[:, seed], rows) for seed in drawn)
        return {metric: fmean(found.get(metric, math.nan) for found in scores)}

    stacks = (np.stack(list(first), axis=1), np.stack(list(second), axis=1))
    return difference_interval(mean_of_seeds, *stacks, targets, metric=metric)
