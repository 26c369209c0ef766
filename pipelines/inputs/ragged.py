"""Sequences of different lengths: stored end to end, batched with others of their length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf


class RaggedRows:
    """Sequences stored end to end, so that one gather makes a padded batch.

    Args:
        sequences: `int[tokens]` each, at least one token.

    Raises:
        ValueError: If a sequence is empty.

    Example:
        >>> RaggedRows([[5, 6, 7], [8]]).padded([1, 0]).numpy().tolist()
        [[8, 0, 0], [5, 6, 7]]
    """

    def __init__(self, sequences: Sequence[Any]) -> None:
        self.lengths = np.array([len(sequence) for sequence in sequences], np.int32)
        empty = np.flatnonzero(self.lengths == 0)
        if len(empty):
            raise ValueError(f"Sequences must hold at least one token. Number {empty[0]} is empty.")
        parts = [np.asarray(sequence, np.int32) for sequence in sequences]
        starts = np.concatenate([[0], np.cumsum(self.lengths[:-1], dtype=np.int64)])
        # One 0 behind the last sequence is what every padded place takes.
        self._flat = tf.constant(np.concatenate([*parts, np.zeros(1, np.int32)]))
        self._starts = tf.constant(starts[: len(parts)])
        self._sizes = tf.constant(self.lengths)

    def __len__(self) -> int:
        return len(self.lengths)

    def padded(self, rows: Any, *, multiple: int = 1) -> tf.Tensor:
        """Some sequences, filled up with 0 to the longest of them.

        Args:
            rows: `int32[batch]`.
            multiple: The width is rounded up to a multiple of this; few widths mean few
                compilations with `jit_compile`.

        Returns:
            `int32[batch, width]`.
        """
        sizes = tf.gather(self._sizes, rows)
        width = -(-tf.reduce_max(sizes) // multiple) * multiple
        columns = tf.range(width)[tf.newaxis]
        places = tf.gather(self._starts, rows)[:, tf.newaxis] + tf.cast(columns, tf.int64)
        last = tf.cast(tf.size(self._flat) - 1, tf.int64)
        return tf.gather(self._flat, tf.where(columns < sizes[:, tf.newaxis], places, last))


def bucketed_order(
    lengths: np.ndarray, *, batch_size: int, shuffle: bool, seed: int, epoch: int, pool: int = 64
) -> np.ndarray:
    """An order in which neighbours have similar lengths.

    The shuffled samples are taken in pools of `pool` batches; within a pool they are sorted by
    length and cut into batches, and all batches of the epoch are then shuffled. Only the last
    batch may be smaller, and it stays last.

    Args:
        lengths: Tokens of each sample, `int[n]` or `int[n, keys]` (first key first).
        batch_size: Samples a batch.
        shuffle: `False` keeps the given order, without buckets.
        seed: Of the order.
        epoch: Number of the epoch.
        pool: Batches per pool: larger means less padding and less randomness.

    Returns:
        `int32[n]`, a permutation.

    Example:
        >>> lengths = np.array([1, 9, 1, 9])
        >>> order = bucketed_order(lengths, batch_size=2, shuffle=True, seed=0, epoch=0)
        >>> sorted(order[:2].tolist()) in ([0, 2], [1, 3])
        True
    """
    count = len(lengths)
    if not shuffle:
        return np.arange(count, dtype=np.int32)
    generator = np.random.default_rng((seed, epoch))
    order = generator.permutation(count).astype(np.int32)
    keys = np.asarray(lengths).reshape(count, -1)
    size = pool * batch_size
    parts = [order[start : start + size] for start in range(0, count, size)]
    # lexsort takes its first key last; it is stable, so equal lengths stay in random order.
    order = np.concatenate([part[np.lexsort(keys[part].T[::-1])] for part in parts])
    full = count // batch_size * batch_size
    batches = order[:full].reshape(-1, batch_size)
    return np.concatenate([generator.permutation(batches).reshape(-1), order[full:]])
