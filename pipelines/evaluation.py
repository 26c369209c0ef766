"""How sure a test result is: intervals and paired comparisons over the test rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Measure = Callable[[np.ndarray, Any], Mapping[str, float]]

_RESAMPLES = 1000


@dataclass(frozen=True)
class Interval:
    """A 95 % interval; its ends are in the metric's own unit."""

    low: float
    high: float


def wilson_interval(rate: float, samples: int) -> Interval:
    """Wilson's score interval of a rate (Wilson 1927), sound at 0 and 1 as well.

    Args:
        rate: Observed rate, in [0, 1].
        samples: Number of trials, at least 1.

    Returns:
        The 95 % interval.

    Example:
        >>> wilson_interval(1.0, 100)
        Interval(low=0.963..., high=1.0)
    """
    from scipy.stats import binomtest

    found = binomtest(round(rate * samples), samples).proportion_ci(0.95, method="wilson")
    return Interval(float(found.low), float(found.high))


def metric_interval(
    measure: Measure, predictions: np.ndarray, targets: np.ndarray, *, metric: str
) -> Interval:
    """Interval of a metric over the draw of the test rows.

    Rates get Wilson's interval, other metrics a percentile bootstrap with a fixed seed.

    Args:
        measure: `(predictions, targets) -> metrics`.
        predictions: `[samples, ...]`.
        targets: `[samples, ...]`.
        metric: Which metric.

    Returns:
        The 95 % interval.
    """
    if metric in ("accuracy", "exact_match"):
        value = measure(predictions, targets)[metric]
        return wilson_interval(value, len(targets))
    values = _bootstrap(
        lambda rows: measure(predictions[rows], targets[rows]).get(metric, np.nan), targets
    )
    return _interval(values)


def difference_interval(
    measure: Measure,
    first: np.ndarray,
    second: np.ndarray,
    targets: np.ndarray,
    *,
    metric: str,
) -> Interval:
    """Interval of `metric(first) - metric(second)` on the same rows (paired bootstrap).

    Args:
        measure: `(predictions, targets) -> metrics`.
        first: Predictions of one model, `[samples, ...]`.
        second: Predictions of the other.
        targets: `[samples, ...]`.
        metric: Which metric.

    Returns:
        The 95 % interval; 0 inside means that the rows cannot tell the two apart.
    """

    def difference(rows: np.ndarray) -> float:
        one = measure(first[rows], targets[rows]).get(metric, np.nan)
        return one - measure(second[rows], targets[rows]).get(metric, np.nan)

    return _interval(_bootstrap(difference, targets))


def _interval(values: np.ndarray) -> Interval:
    # Some draws of few rows do not define a metric, as ROC AUC of one class.
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return Interval(float(low), float(high))


def _bootstrap(statistic: Callable[[np.ndarray], float], targets: np.ndarray) -> np.ndarray:
    generator = np.random.default_rng(0)
    size = len(targets)
    draws = (generator.integers(0, size, size) for _ in range(_RESAMPLES))
    return np.array([statistic(rows) for rows in draws])
