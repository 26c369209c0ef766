"""What a model computes for rows that lie in memory."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def outputs_of(model: keras.Model, rows: Any, *, batch_size: int) -> np.ndarray:
    """The outputs of `Model.predict`, sooner where one batch holds all rows.

    `predict` sets up a pipeline of data on every call. In a search by a metric of the predictions
    that took, after every epoch, longer than the epoch itself.

    Args:
        model: The model.
        rows: `[rows, ...]` as the model takes them, at least one.
        batch_size: Most rows at a time.

    Returns:
        `float[rows, ...]`.

    Example:
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> outputs_of(model, np.ones((3, 2), "float32"), batch_size=8).shape
        (3, 1)
    """
    if isinstance(rows, np.ndarray) and len(rows) <= batch_size:
        return np.asarray(model.predict_on_batch(rows))
    return np.asarray(model.predict(rows, batch_size=batch_size, verbose=0))
