"""What a model did on the test rows beyond its scores: confusions, calibration, residuals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import softmax

_BINS = 10
_SHOWN_ROWS = 400


def confusion_counts(logits: np.ndarray, y: Any, classes: int) -> np.ndarray:
    """Counts rows by their class and by what they are taken for.

    Args:
        logits: `float[rows, classes]`.
        y: Class numbers, `int[rows]`.
        classes: Number of classes.

    Returns:
        `int[true class, predicted class]`.

    Example:
        >>> confusion_counts(np.eye(2)[[0, 1, 0]], [0, 1, 1], 2).tolist()
        [[1, 0], [1, 1]]
    """
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (np.asarray(y), np.asarray(logits).argmax(axis=1)), 1)
    return counts


def calibration_report(logits: np.ndarray, y: Any) -> dict[str, Any]:
    """Compares how sure a classifier is with how often it is right.

    Args:
        logits: Logits or log-probabilities, `float[rows, classes]`.
        y: Class numbers, `int[rows]`.

    Returns:
        `confidence`, `accuracy` and `rows` of each of ten bins of equal width that has rows, and
        `error`, the expected calibration error (Guo et al. 2017): the distance of both, weighted
        by the rows, in [0, 1]. Empty for a model that diverged.

    Example:
        >>> found = calibration_report(np.log([[0.9, 0.1], [0.8, 0.2]]), [0, 1])
        >>> found["accuracy"], round(found["error"], 2)
        ([0.0, 1.0], 0.45)
    """
    probabilities = softmax(np.asarray(logits, np.float64), axis=1)
    if not np.isfinite(probabilities).all():
        return {}
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == np.asarray(y)
    # 0.8 belongs to the bin that ends there, as it does in the paper.
    bins = np.clip(np.ceil(sure * _BINS - 1e-9).astype(int) - 1, 0, _BINS - 1)
    rows = np.bincount(bins, minlength=_BINS)
    filled = rows > 0
    confidence = np.bincount(bins, sure, minlength=_BINS)[filled] / rows[filled]
    accuracy = np.bincount(bins, right, minlength=_BINS)[filled] / rows[filled]
    distance = np.abs(confidence - accuracy)
    return {
        "confidence": confidence.round(4).tolist(),
        "accuracy": accuracy.round(4).tolist(),
        "rows": rows[filled].tolist(),
        "error": float(np.average(distance, weights=rows[filled])),
    }


def residual_report(truth: Any, predicted: np.ndarray) -> dict[str, Any]:
    """Predictions beside their targets, of at most 400 rows that are spread evenly.

    Args:
        truth: Targets, `float[rows]`.
        predicted: Predictions, `float[rows]`.

    Returns:
        `truth`, `predicted` and `rows`, how many there are in all; empty for a model that
        diverged.

    Example:
        >>> residual_report([1.0, 2.0], np.array([1.5, 2.0]))
        {'truth': [1.0, 2.0], 'predicted': [1.5, 2.0], 'rows': 2}
    """
    truth, predicted = (np.asarray(one, np.float64).ravel() for one in (truth, predicted))
    if len(truth) != len(predicted) or not np.isfinite(predicted).all():
        return {}
    chosen = np.linspace(0, len(truth) - 1, min(len(truth), _SHOWN_ROWS)).round().astype(int)
    return {
        "truth": _short(truth[chosen]),
        "predicted": _short(predicted[chosen]),
        "rows": len(truth),
    }


def _short(values: Sequence[float] | np.ndarray) -> list[float]:
    """Six digits: what a picture needs, in half the space."""
    return [float(f"{value:.6g}") for value in values]
