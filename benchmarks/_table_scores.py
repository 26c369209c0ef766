"""Scores of predictions of a table, and what many of them say together."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.search import average_ranks

# Of the cross-validation that every comparison divides its tables by.
FOLDS = 5
# A difference of two methods: mean over folds, lower and upper end.
Interval = tuple[float, float, float]
Scores = Mapping[str, float]


def scores(classes: int, predictions: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Scores of one fold.

    Args:
        classes: Number of classes; 0 for a regression.
        predictions: Probabilities `float[rows, classes]`, or numbers `float[rows]`.
        y: Class numbers or numbers.

    Returns:
        `rmse`, `mae` and `r2`; or `log_loss`, `accuracy`, `balanced_accuracy`, and for two
        classes `1-auc`, one minus the area above which a random pair is ordered right.

    Example:
        >>> scores(0, np.array([1.0, 3.0]), np.array([1.0, 1.0]))["mae"]
        1.0
    """
    from sklearn import metrics

    if not classes:
        return {
            "rmse": float(metrics.root_mean_squared_error(y, predictions)),
            "mae": float(metrics.mean_absolute_error(y, predictions)),
            "r2": float(metrics.r2_score(y, predictions)) if len(set(y)) > 1 else math.nan,
        }
    # In single precision rows sum to 1 but for a millionth, which scikit-learn warns of.
    predictions = predictions / predictions.sum(axis=1, keepdims=True)
    found = {
        "log_loss": float(metrics.log_loss(y, predictions, labels=range(classes))),
        "accuracy": float(np.mean(predictions.argmax(axis=1) == y)),
        "balanced_accuracy": float(metrics.balanced_accuracy_score(y, predictions.argmax(axis=1))),
    }
    if classes == 2:
        found["1-auc"] = 1 - float(metrics.roc_auc_score(y, predictions[:, 1]))
    return found


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """Mean difference of two methods over the folds of a cross-validation, and its 95 % interval.

    The folds share training rows, so the plain t interval is too narrow: the variance is that of
    Nadeau and Bengio (2003), `(1 / k + test / train) s^2` with `test / train = 1 / (FOLDS - 1)`.

    Args:
        ours: One score for each of `k` folds that were measured.
        theirs: Scores of the same folds.

    Example:
        >>> [round(value, 2) for value in difference([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])]
        [-1.0, -1.0, -1.0]
    """
    from scipy import stats

    gaps = np.asarray(ours) - np.asarray(theirs)
    folds = len(gaps)
    mean = float(gaps.mean())
    if folds < 2:
        return mean, -math.inf, math.inf
    deviation = float(gaps.std(ddof=1)) * math.sqrt(1 / folds + 1 / (FOLDS - 1))
    reach = float(stats.t.ppf(0.975, folds - 1)) * deviation
    return mean, mean - reach, mean + reach


def mean_ranks(means: Mapping[str, Scores]) -> dict[str, float]:
    """Mean rank of each method over the tables; 1 is best, equals share their ranks.

    Args:
        means: Table to method to a score that is better when smaller.

    Example:
        >>> mean_ranks({"a": {"x": 1.0, "y": 2.0}, "b": {"x": 1.0, "y": 1.0}})
        {'x': 1.25, 'y': 1.75}
    """
    ranks = [average_ranks(found) for found in means.values()]
    return {name: round(statistics.mean(rank[name] for rank in ranks), 3) for name in ranks[0]}


def duel(
    ours: Mapping[str, Sequence[float]], theirs: Mapping[str, Sequence[float]]
) -> dict[str, Any]:
    """Our scores beside those of a peer, over tables.

    Args:
        ours: Table to one score a fold, better when smaller.
        theirs: The same of the peer.

    Returns:
        `wins` and `losses` by the mean, `win_share` with its exact 95 % interval (ties apart),
        `clear_wins` and `clear_losses` of which the fold's interval leaves out 0, and `ratio`, the
        geometric mean of our score over theirs with a 95 % bootstrap interval over the tables.
    """
    from scipy import stats

    gaps = {table: difference(ours[table], theirs[table]) for table in ours}
    wins = sum(gap[0] < 0 for gap in gaps.values())
    losses = sum(gap[0] > 0 for gap in gaps.values())
    share = [0.0, 1.0]
    if wins + losses:
        bounds = stats.binomtest(wins, wins + losses).proportion_ci()
        share = [float(bounds.low), float(bounds.high)]
    ratios = [_log_ratio(ours[table], theirs[table]) for table in ours]
    return {
        "wins": wins,
        "losses": losses,
        "win_share": [round(end, 3) for end in share],
        "clear_wins": sum(high < 0 for _, _, high in gaps.values()),
        "clear_losses": sum(low > 0 for _, low, _ in gaps.values()),
        "ratio": [round(math.exp(value), 4) for value in _bootstrapped(ratios)],
    }


def _log_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    # A perfect ranking has an area of exactly 1; a thousandth keeps its logarithm finite.
    return math.log((statistics.mean(ours) + 1e-3) / (statistics.mean(theirs) + 1e-3))


def _bootstrapped(values: Sequence[float]) -> Interval:
    draws = np.random.default_rng(0).choice(values, size=(5000, len(values))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    return statistics.mean(values), float(low), float(high)
