"""Scores of predictions against the targets of the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import log_softmax


def class_scores(logits: np.ndarray, y: Any) -> dict[str, float]:
    """Accuracy, and mean cross-entropy of the logits in nats.

    Args:
        logits: `float[rows, classes]`.
        y: Class numbers, `int[rows]`.

    Example:
        >>> class_scores(np.log([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1]))["accuracy"]
        1.0
    """
    # Log-probabilities stay what they are.
    found = log_softmax(np.asarray(logits, np.float64), axis=1)
    return {
        "accuracy": float(np.mean(np.asarray(logits).argmax(axis=1) == y)),
        "crossentropy": float(-np.mean(found[np.arange(len(y)), y])),
    }


def number_scores(predictions: np.ndarray, y: Any) -> dict[str, float]:
    """Errors in the target's unit, and the share of variance explained.

    Args:
        predictions: `float[rows]`.
        y: Numbers, `[rows]`.

    Example:
        >>> number_scores(np.array([1.0, 2.0]), [1.0, 4.0])["mae"]
        1.0
    """
    truth = np.asarray(y, np.float64)
    errors = predictions - truth
    spread = float(np.mean((truth - truth.mean()) ** 2))
    return {
        "rmse": float(np.sqrt(np.mean(errors**2))),
        "mae": float(np.mean(np.abs(errors))),
        "r2": 1.0 - float(np.mean(errors**2)) / spread if spread else 0.0,
    }
