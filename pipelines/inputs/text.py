"""Batches of texts, padded to the longest text of the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from pipelines.inputs.indexed import common_length, count_steps, loaded, row_batches
from pipelines.inputs.ragged import RaggedRows, bucketed_order


def text_batches(
    sequences: Sequence[Any],
    y: Any,
    *,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    multiple: int = 8,
    epoch: int = 0,
    epochs: int | None = 1,
) -> tf.data.Dataset:
    """Batches of token sequences, bucketed by length.

    Order of the operations, and why: texts are tokenised once, before (it is the cache); each
    epoch draws an order in which the texts of a batch have similar lengths
    (`bucketed_order`), because a recurrent layer pays for every padded place; one gather from
    the tokens stored end to end makes the padded batch.

    For data without great differences in length, `TextPreprocessor.transform` gives all texts
    as one array for an `ArrayFeed`.

    Args:
        sequences: Token numbers of each text, `TextPreprocessor.sequences`.
        y: Labels `[n, ...]`.
        batch_size: Texts a batch; the last one of an epoch may be smaller.
        shuffle: Draw a new bucketed order in each epoch; `False` keeps the given order.
        seed: Of the order.
        multiple: Widths are rounded up to multiples of this.
        epoch: Number of the first epoch.
        epochs: How many epochs; `None`: endless.

    Returns:
        A dataset of `(int32[batch, width], y[batch, ...])`, padded with 0 at the end.

    Raises:
        ValueError: If lengths differ or a sequence is empty.

    Example:
        >>> batches = text_batches([[5], [6, 7], [8]], [0, 1, 0], batch_size=2, multiple=1)
        >>> [tokens.numpy().tolist() for tokens, label in batches]
        [[[5, 0], [6, 7]], [[8]]]
    """
    rows, labels = RaggedRows(sequences), tf.convert_to_tensor(y)
    samples = common_length((np.empty(len(rows)), labels))

    def order(number: int) -> np.ndarray:
        return bucketed_order(
            rows.lengths, batch_size=batch_size, shuffle=shuffle, seed=seed, epoch=number
        )

    def load(chosen: Any, _: Any) -> tuple[Any, Any]:
        return rows.padded(chosen, multiple=multiple), tf.gather(labels, chosen)

    numbers = row_batches(
        samples, order, batch_size=batch_size, seed=seed, epoch=epoch, epochs=epochs
    )
    return loaded(numbers, load, count_steps(samples, batch_size), epochs)
