"""Which arms differ from the best one beyond the noise of the seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

BEST, WORSE, SAME = "best", "worse", "not told apart"
UNJUDGED = "not judged"

CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Mean of paired differences between an arm and the best one, with its interval.

    Attributes:
        mean: Arm minus best, NaN without a common seed.
        low: Lower end of the interval, NaN if there is none.
        high: Upper end of the interval.
    """

    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether zero lies outside the interval; no interval, no judgement."""
        if math.isnan(self.low):
            return UNJUDGED
        return SAME if self.low <= 0.0 <= self.high else WORSE


def paired_difference(
    arm: Mapping[int, float], best: Mapping[int, float], *, comparisons: int = 1
) -> Difference:
    """Student's interval of the mean difference over the seeds that both arms have.

    Equal seeds share split, order and the streams of random numbers, so what they have in
    common cancels. The level is 1 - 0.05 / comparisons (Bonferroni), so that all intervals of a
    table hold together with 95 %.

    Args:
        arm: Seed to metric.
        best: The same of the best arm.
        comparisons: Number of intervals in the table, at least 1.

    Returns:
        The difference. The interval is NaN with fewer than two common seeds, and where all
        differences are equal without being zero: no spread, no estimate of the noise.

    Example:
        >>> found = paired_difference({0: 0.90, 1: 0.91, 2: 0.92}, {0: 0.96, 1: 0.97, 2: 0.96})
        >>> round(found.mean, 3), found.verdict
        (-0.053, 'worse')
    """
    seeds = sorted(set(arm) & set(best))
    differences = np.array([arm[seed] - best[seed] for seed in seeds], np.float64)
    if not len(differences):
        return Difference(mean=math.nan, low=math.nan, high=math.nan)
    mean = float(differences.mean())
    if len(differences) > 1 and np.abs(differences).max() <= _rounding(arm, best):
        return Difference(mean=0.0, low=0.0, high=0.0)
    if len(differences) < 2 or np.ptp(differences) <= _rounding(arm, best):
        return Difference(mean=mean, low=math.nan, high=math.nan)
    from scipy import stats

    error = differences.std(ddof=1) / math.sqrt(len(differences))
    level = 1.0 - (1.0 - CONFIDENCE) / max(1, comparisons)
    low, high = stats.t.interval(level, len(differences) - 1, loc=mean, scale=error)
    return Difference(mean=mean, low=float(low), high=float(high))


def _rounding(*arms: Mapping[int, float]) -> float:
    """Spread that differences of equal float32 metrics get by rounding alone."""
    largest = max(abs(value) for arm in arms for value in arm.values())
    return 4.0 * float(np.finfo(np.float32).eps) * largest


def best_arm(values: Mapping[str, Mapping[int, float]], direction: str) -> str | None:
    """The arm with the best mean; `None` if no arm has a value.

    Args:
        values: Arm to seed to metric; arms without seeds are passed over.
        direction: `"maximize"` or `"minimize"`.

    Example:
        >>> best_arm({"a": {0: 1.0}, "b": {0: 2.0, 1: 4.0}, "c": {}}, "minimize")
        'a'
    """
    sign = 1.0 if direction == "maximize" else -1.0
    means = {
        arm: sign * float(np.mean(list(found.values()))) for arm, found in values.items() if found
    }
    return max(means, key=lambda arm: means[arm]) if means else None
