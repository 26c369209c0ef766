"""Weights of classes for a `build(hp)` function, as weights of its training rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipelines.jobs.keras_tuner.structures import Structure
from pipelines.tasks.weights_by_class import numbers_by_class, weights_by_class

ClassWeight = str | Mapping[int, float]


def check_class_weight(value: Any, y: Structure) -> ClassWeight | None:
    """Reads weights of classes.

    Args:
        value: See `pipelines.tasks.weights_by_class`; classes are called by their numbers, as in
            Keras' `fit`.
        y: Targets of the rows.

    Returns:
        The weights, class numbers as integers.

    Raises:
        ValueError: If it is no weights of the classes of `y`, or the targets are not those of one
            output with classes.
    """
    if value is None:
        return None
    labels = _labels(y)
    if labels is None:
        raise ValueError(
            "`class_weight` weights the rows of one output by class numbers or one-hot labels. Got "
            "other targets: give (x, y, sample_weight)."
        )
    return weights_by_class(value, [int(one) for one in np.unique(labels)])


def row_weights(value: ClassWeight | None, y: Structure, weight: Any = None) -> Any:
    """Weights of rows: those that were given, times those of the classes.

    Args:
        value: From `check_class_weight`.
        y: Targets of the training rows.
        weight: Weights of the rows, `[rows]`, or None.

    Returns:
        `float32[rows]`, or `weight` as it is where there are no weights of classes.

    Example:
        >>> row_weights({1: 3.0}, np.array([0, 1])).tolist()
        [1.0, 3.0]
        >>> row_weights("balanced", np.array([0, 0, 0, 1])).round(2)
        array([0.67, 0.67, 0.67, 2.  ], dtype=float32)
    """
    labels = _labels(y)
    if value is None or labels is None:
        return weight
    classes, places = np.unique(labels, return_inverse=True)
    found = numbers_by_class(value, places, classes.tolist())[places]
    return (found if weight is None else found * np.asarray(weight)).astype(np.float32)


def _labels(y: Structure) -> np.ndarray | None:
    """Class numbers `[rows]` of class numbers or one-hot rows; None for anything else."""
    if not isinstance(y, np.ndarray) or y.dtype.kind not in "iuf":
        return None
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()
        return y.argmax(axis=1) if one_hot else None
    labels = y.reshape(len(y), -1)
    if labels.shape[1] != 1 or not (labels == np.floor(labels)).all():
        return None
    return labels[:, 0].astype(np.int64)
