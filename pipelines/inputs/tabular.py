"""Batches of table rows."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from pipelines.inputs.indexed import indexed_batches


def tabular_batches(
    x: Any,
    y: Any,
    *,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    sample_weight: Any = None,
    epoch: int = 0,
    epochs: int | None = 1,
) -> tf.data.Dataset:
    """Batches of rows that are already preprocessed.

    Order of the operations, and why: `TabularPreprocessor.transform` runs once on all rows (it
    is the cache); each epoch draws an order of the row numbers; one gather per array makes a
    batch. Rows are tiny, so nothing may be done per row: batching single rows costs many times
    the training step.

    Args:
        x: `float32[n, features]` or the dictionary of the encoding `"codes"`.
        y: Targets `[n, ...]`.
        batch_size: Rows a batch; the last one of an epoch may be smaller.
        shuffle: Draw a new order in each epoch.
        seed: Of the order.
        sample_weight: Weight of each row, `float32[n]`.
        epoch: Number of the first epoch.
        epochs: How many epochs; `None`: endless.

    Returns:
        A dataset of `(x, y)` or `(x, y, sample_weight)`.

    Raises:
        ValueError: If lengths differ or are 0.

    Example:
        >>> import numpy as np
        >>> rows = {"numeric": np.zeros((3, 2), np.float32), "colour": np.array([1, 0, 2])}
        >>> x, y = next(iter(tabular_batches(rows, np.arange(3.0), batch_size=2)))
        >>> {name: tuple(part.shape) for name, part in x.items()}
        {'numeric': (2, 2), 'colour': (2,)}
    """
    arrays = (x, y) if sample_weight is None else (x, y, sample_weight)
    return indexed_batches(
        arrays, batch_size=batch_size, shuffle=shuffle, seed=seed, epoch=epoch, epochs=epochs
    )
