"""Weights of classes as weights of the training rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from cookbook._names import unknown_name
from pipelines.inputs.feeds import Batch, Feed

BALANCED = "balanced"


def class_weights(value: Any, y: np.ndarray, classes: Sequence[str]) -> np.ndarray | None:
    """The weight of every class.

    Args:
        value: `"balanced"`: each class weighs the same in all, `rows / (classes * rows of it)`,
            as in scikit-learn (King and Zeng 2001); or names of classes to numbers of at least
            0, where classes that are not named weigh 1. None or `"none"` for no weights.
        y: Class numbers of the training rows, `int[rows]`.
        classes: Names in the order of the numbers.

    Returns:
        `float32[classes]`, or None without weights.

    Raises:
        ValueError: If it is neither, a class is unknown, a weight is no number of at least 0, or
            all of them are 0.

    Example:
        >>> class_weights("balanced", np.array([0, 0, 0, 1]), ["no", "yes"])
        array([0.6666667, 2.       ], dtype=float32)
        >>> class_weights({"yes": 5}, np.array([0, 1]), ["no", "yes"])
        array([1., 5.], dtype=float32)
    """
    if value is None or value in ("", "none"):
        return None
    if value == BALANCED:
        counts = np.bincount(y, minlength=len(classes))
        # A class without a row has no row to weigh.
        return np.asarray(len(y) / (len(classes) * np.maximum(counts, 1)), np.float32)
    if not isinstance(value, Mapping):
        raise ValueError(
            "`class_weight` is 'balanced', or a mapping of classes to weights such as "
            f"{{{classes[-1]}: 2}}. Got class_weight={value!r}."
        )
    names = [str(name) for name in classes]
    weights = np.ones(len(names), np.float32)
    for name, weight in value.items():
        if str(name) not in names:
            raise ValueError(unknown_name("class", str(name), names))
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise ValueError(f"A class weight is a number. Got class_weight={value!r}.")
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(
                f"A class weight is finite and at least 0. Got class_weight={value!r}."
            )
        weights[names.index(str(name))] = weight
    if not weights.any():
        raise ValueError(f"One class at least weighs more than 0. Got class_weight={value!r}.")
    return weights


class WeightedFeed:
    """The batches of another feed, each row weighted by its class.

    Args:
        feed: Batches `(x, y)` or `(x, y, sample_weight)`; `y` are class numbers `int[batch]`, of
            pixels `int[batch, height, width]`, or shares of classes `float[batch, classes]`, whose
            weights are mixed alike.
        weights: `float32[classes]`.
    """

    def __init__(self, feed: Feed, weights: np.ndarray) -> None:
        self._feed = feed
        self._weights = tf.constant(weights, tf.float32)
        self.steps = feed.steps
        self.samples = feed.samples

    def start(self, epoch: int) -> Any:
        """Prepares an epoch of the other feed."""
        return self._feed.start(epoch)

    def batch(self, state: Any, step: Any) -> Batch:
        """A batch of the other feed with the weights of its rows."""
        return self._weighted(self._feed.batch(state, step))

    def sample(self) -> Batch:
        """A batch to build metrics and variables with."""
        return self._weighted(self._feed.sample())

    def _weighted(self, batch: Batch) -> Batch:
        x, y, *given = batch
        y = tf.convert_to_tensor(y)
        if y.dtype.is_floating and y.shape.rank == 2:
            weights = tf.linalg.matvec(tf.cast(y, tf.float32), self._weights)
        else:
            labels = tf.reshape(y, [-1]) if y.shape.rank == 2 else y
            weights = tf.gather(self._weights, tf.cast(labels, tf.int32))
        for other in given:
            weights *= tf.cast(other, tf.float32)
        return (x, y, weights)
