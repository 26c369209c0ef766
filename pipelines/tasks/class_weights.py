"""Weights of classes as weights of the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from pipelines.inputs.feeds import Batch, Feed
from pipelines.tasks.weights_by_class import numbers_by_class, weights_by_class


def class_weights(value: Any, y: np.ndarray, classes: Sequence[str]) -> np.ndarray | None:
    """The weight of every class.

    Args:
        value: See `pipelines.tasks.weights_by_class`.
        y: Class numbers of the training rows, `int[rows]`.
        classes: Names in the order of the numbers.

    Returns:
        `float32[classes]`, or None without weights.

    Raises:
        ValueError: If the value is no weights of these classes.

    Example:
        >>> class_weights("balanced", np.array([0, 0, 0, 1]), ["no", "yes"])
        array([0.6666667, 2.       ], dtype=float32)
        >>> class_weights({"yes": 5}, np.array([0, 1]), ["no", "yes"])
        array([1., 5.], dtype=float32)
    """
    weights = weights_by_class(value, classes)
    return None if weights is None else numbers_by_class(weights, y, classes)


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
