"""Random numbers that depend on a seed and on nothing else.

The stateful generators of TensorFlow and Keras continue from where they stand, so a training
that resumes would see other images than the uninterrupted one. Here each number is a function
of (seed, epoch, batch): the first two make the order of the samples, all three an `int32[2]`
seed for the augmentation of a batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf


def epoch_order(samples: int, *, seed: int, epoch: int, shuffle: bool) -> np.ndarray:
    """The order of an epoch's samples: the one that `ArrayFeed` uses.

    Args:
        samples: How many there are.
        seed: Seed of the training, at least 0.
        epoch: Number of the epoch, from 0.
        shuffle: `False` keeps the given order.

    Returns:
        `int32[samples]`, a permutation of 0 ... samples-1.

    Example:
        >>> epoch_order(4, seed=0, epoch=1, shuffle=False).tolist()
        [0, 1, 2, 3]
        >>> sorted(epoch_order(4, seed=0, epoch=1, shuffle=True).tolist())
        [0, 1, 2, 3]
    """
    order = np.arange(samples, dtype=np.int32)
    if shuffle:
        np.random.default_rng((seed, epoch)).shuffle(order)
    return order


def batch_seed(seed: int, epoch: Any, steps: int, step: Any) -> tf.Tensor:
    """The seed of one batch: `[seed, epoch * steps + step]`, as in `ArrayFeed`.

    Args:
        seed: Seed of the training.
        epoch: Number of the epoch, an integer or a scalar tensor.
        steps: Batches of an epoch.
        step: Number of the batch in its epoch.

    Returns:
        `int32[2]`.
    """
    number = tf.cast(epoch, tf.int32) * steps + tf.cast(step, tf.int32)
    # Seeds of 32 bits and more are folded: TensorFlow takes two words.
    return tf.stack([tf.constant(seed & 0x7FFFFFFF, tf.int32), number])


def fold(seed: Any, number: int) -> tf.Tensor:
    """An independent seed for the `number`-th use of a seed, `int32[2]`."""
    return tf.random.fold_in(tf.convert_to_tensor(seed, tf.int32), number, alg="philox")


def uniform(shape: Any, seed: Any, low: Any = 0.0, high: Any = 1.0) -> tf.Tensor:
    """Numbers of the half-open interval [low, high), `float32`."""
    return tf.random.stateless_uniform(shape, seed, low, high, alg="philox")


def integers(shape: Any, seed: Any, low: Any, high: Any) -> tf.Tensor:
    """Whole numbers from `low` to `high - 1`, all equally likely, `int32`."""
    return tf.random.stateless_uniform(shape, seed, low, high, tf.int32, alg="philox")


def normal(shape: Any, seed: Any) -> tf.Tensor:
    """Standard normal numbers, `float32`."""
    return tf.random.stateless_normal(shape, seed, alg="philox")


def beta(alpha: float, shape: Any, seed: Any) -> tf.Tensor:
    """Numbers of the symmetric Beta(alpha, alpha) distribution, from two gamma numbers."""
    pair = tf.random.stateless_gamma([2, *shape], seed, alpha)
    total = pair[0] + pair[1]
    # For tiny alpha both gamma numbers can underflow to 0; one of the two images is then kept.
    return tf.where(total > 0, pair[0] / tf.where(total > 0, total, 1.0), 1.0)
