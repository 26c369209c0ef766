"""Batches of short items, such as names, for language models."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from pipelines.inputs.feeds import Batch
from pipelines.inputs.ragged import RaggedRows, bucketed_order


class ItemFeed:
    """Items in a random order, batched with others of their length and hardly padded.

    Args:
        rows: Tokens of each item from its start to its end, padded with 0, `int32[items, width]`.
        end: The token that ends an item: nothing follows it, so it is not read.
        batch_size: Items a batch; the last one may be smaller.
        seed: Order of the items.

    Example:
        >>> feed = ItemFeed(np.array([[1, 5, 2, 0], [1, 6, 7, 2]]), end=2, batch_size=2)
        >>> x, y = feed.batch(tf.constant([0, 1]), tf.constant(0))
        >>> x.numpy().tolist(), y.numpy().tolist()
        ([[1, 5, 0], [1, 6, 7]], [[5, 2, 0], [6, 7, 2]])
    """

    def __init__(self, rows: np.ndarray, *, end: int, batch_size: int, seed: int = 0) -> None:
        lengths = (rows != 0).sum(axis=1)
        self._rows = RaggedRows([row[:n] for row, n in zip(rows, lengths, strict=True)])
        self.samples = len(rows)
        self.steps = -(-self.samples // batch_size)
        self._end, self._batch_size, self._seed = end, batch_size, seed

    def start(self, epoch: int) -> tf.Tensor:
        """The order of the epoch's items."""
        order = bucketed_order(
            self._rows.lengths,
            batch_size=self._batch_size,
            shuffle=True,
            seed=self._seed,
            epoch=epoch,
        )
        return tf.constant(order)

    def batch(self, state: tf.Tensor, step: tf.Tensor) -> Batch:
        """The tokens of one step, and those that follow them."""
        chosen = state[step * self._batch_size : (step + 1) * self._batch_size]
        tokens = self._rows.padded(chosen)
        x = tokens[:, :-1]
        return tf.where(x == self._end, 0, x), tokens[:, 1:]

    def sample(self) -> Batch:
        """The first items."""
        return self.batch(tf.range(self.samples), tf.constant(0))
