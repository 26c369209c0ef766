"""Attention to the columns of a table: each row decides how much each of its numbers counts."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

from cookbook._checks import check_count


@keras.saving.register_keras_serializable(package="cookbook")
class ColumnAttention(keras.layers.Layer):
    """Weighs the columns of a row by a softmax over scores that are computed from the row.

    `a = softmax(W2 tanh(W1 x))`, `y = columns * a * x`: the weights sum to the number of columns,
    so a number that is far out can be left to count little, and equal weights change nothing. The
    tanh bounds what an outlier can do to the scores. Beside a robust loss (`huber`) it limits
    outliers of inputs, as the loss limits those of targets.

    Source: Bahdanau et al. 2015 for the scores; the neural network assignments (source 001) for
    attention against outliers in regression.

    Args:
        units: Width of the scores' hidden layer, at least 1.
        **kwargs: Keras' layer arguments, for example `name`.

    Call arguments:
        inputs: `float[batch, columns]`.

    Returns:
        `float[batch, columns]`.

    Raises:
        ValueError: If `units` is smaller than 1.

    Example:
        >>> keras.ops.convert_to_numpy(ColumnAttention(4)(keras.ops.ones((1, 3)))).shape
        (1, 3)
    """

    def __init__(self, units: int = 16, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = check_count("units", units)
        self.hidden = keras.layers.Dense(self.units, activation="tanh", name="hidden")

    @override
    def build(self, input_shape: tuple[int | None, ...]) -> None:
        columns = input_shape[-1]
        self.hidden.build(input_shape)
        # Zeros: at the start every column counts alike.
        self.scores = keras.layers.Dense(columns, kernel_initializer="zeros", name="scores")
        self.scores.build((*input_shape[:-1], self.units))

    def weights_of(self, inputs: Any) -> Any:
        """How much each column counts, `float[batch, columns]`; 1 on average."""
        columns = inputs.shape[-1]
        return columns * keras.ops.softmax(self.scores(self.hidden(inputs)), axis=-1)

    @override
    def call(self, inputs: Any) -> Any:
        return inputs * self.weights_of(inputs)

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}
