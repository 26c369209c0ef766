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


def overlaps(masks: np.ndarray, y: Any, *, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Intersection over union, and Dice's coefficient, of every class over all pixels.

    Args:
        masks: Predicted class numbers, `int[images, height, width]`.
        y: True ones of the same shape.
        classes: Number of classes.

    Returns:
        Two arrays `float64[classes]` in [0, 1]; NaN for a class that is neither predicted nor true.
    """
    truth, found = np.asarray(y).ravel().astype(np.int64), np.asarray(masks).ravel()
    counts = np.bincount(truth * classes + found, minlength=classes**2).reshape(classes, classes)
    common, both = counts.diagonal(), counts.sum(axis=0) + counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return common / (both - common), 2 * common / both


def mask_scores(masks: np.ndarray, y: Any, *, classes: int) -> dict[str, float]:
    """How well masks agree, over all pixels of all images.

    Args:
        masks: Predicted class numbers, `int[images, height, width]`.
        y: True ones of the same shape.
        classes: Number of classes.

    Returns:
        `mean_iou` and `mean_dice`, means over the classes that are predicted or true, and
        `pixel_accuracy`.

    Example:
        >>> mask_scores(np.array([[[0, 1]]]), np.array([[[1, 1]]]), classes=2)["mean_iou"]
        0.25
    """
    iou, dice = overlaps(masks, y, classes=classes)
    return {
        "mean_iou": float(np.nanmean(iou)),
        "mean_dice": float(np.nanmean(dice)),
        "pixel_accuracy": float(np.mean(np.asarray(masks) == np.asarray(y))),
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
