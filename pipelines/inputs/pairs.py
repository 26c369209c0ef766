"""Batches of sentence pairs for training with shifted targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from pipelines.inputs.indexed import common_length, count_steps, loaded, row_batches
from pipelines.inputs.ragged import RaggedRows, bucketed_order


def pair_batches(
    sources: Sequence[Any],
    targets: Sequence[Any],
    *,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    multiple: int = 1,
    epoch: int = 0,
    epochs: int | None = 1,
) -> tf.data.Dataset:
    """Batches of pairs, bucketed by target and source length.

    Order of the operations as in `text_batches`. For short sentences
    `PairPreprocessor.transform_pairs` gives all pairs as arrays for an `ArrayFeed`.

    Args:
        sources: Token numbers of each source, `PairPreprocessor.sequences(x, y)[0]`.
        targets: Token numbers of each target with start and end, `...sequences(x, y)[1]`.
        batch_size: Pairs a batch; the last one of an epoch may be smaller.
        shuffle: Draw a new bucketed order in each epoch; `False` keeps the given order.
        seed: Of the order.
        multiple: Widths are rounded up to multiples of this.
        epoch: Number of the first epoch.
        epochs: How many epochs; `None`: endless.

    Returns:
        A dataset of `((source int32[batch, s], target int32[batch, t]), shifted int32[batch,
        t])`, padded with 0: the decoder is fed `target` without its last token and learns it
        without its first.

    Raises:
        ValueError: If lengths differ or a sequence is empty.

    Example:
        >>> batches = pair_batches([[7, 3]], [[2, 9, 3]], batch_size=1)
        >>> (source, target), shifted = next(iter(batches))
        >>> target.numpy().tolist(), shifted.numpy().tolist()
        ([[2, 9]], [[9, 3]])
    """
    left = RaggedRows(sources)
    inputs = RaggedRows([target[:-1] for target in targets])
    shifted = RaggedRows([target[1:] for target in targets])
    samples = common_length((np.empty(len(left)), np.empty(len(inputs))))
    lengths = np.stack([inputs.lengths, left.lengths], axis=1)

    def order(number: int) -> np.ndarray:
        return bucketed_order(
            lengths, batch_size=batch_size, shuffle=shuffle, seed=seed, epoch=number
        )

    def load(rows: Any, _: Any) -> tuple[Any, Any]:
        source, target, label = (
            part.padded(rows, multiple=multiple) for part in (left, inputs, shifted)
        )
        return (source, target), label

    numbers = row_batches(
        samples, order, batch_size=batch_size, seed=seed, epoch=epoch, epochs=epochs
    )
    return loaded(numbers, load, count_steps(samples, batch_size), epochs)
