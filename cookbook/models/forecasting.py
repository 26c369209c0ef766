"""Networks that forecast the next values of a series."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from cookbook.models.dense import mlp
from cookbook.models.recurrent import recurrent_network


def forecaster(
    input_shape: tuple[int, int],
    num_outputs: int,
    *,
    cell: str = "gru",
    units: Sequence[int] = (32,),
    dropout: float = 0.0,
    normalization: str = "none",
    seed: int | None = None,
) -> keras.Model:
    """Builds a recurrent network, or a perceptron on lags, under a linear head.

    Args:
        input_shape: `(steps, channels)`.
        num_outputs: Numbers to forecast, at least 1.
        cell: `"simple_rnn"`, `"lstm"`, `"gru"`, or `"dense"` for a perceptron on all steps at once.
        units: Width of each layer.
        dropout: Drop rate, in [0, 1).
        normalization: `"none"`, or `"layer"` or `"batch"` behind each recurrent layer.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model, `float32[batch, steps, channels] ->
        float32[batch, num_outputs]`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> forecaster((28, 2), 3, cell="dense", units=(8,)).output_shape
        (None, 3)
    """
    if cell == "dense":
        if normalization != "none":
            raise ValueError(
                "`normalization` stands behind recurrent layers. Got cell='dense' with "
                f"normalization={normalization!r}: leave one of them out."
            )
        return mlp(input_shape, num_outputs, widths=units, dropout=dropout, seed=seed)
    return recurrent_network(
        input_shape,
        num_outputs,
        cell=cell,
        units=units,
        dropout=dropout,
        normalization=normalization,
        seed=seed,
    )
