"""First derivatives of a model's outputs with respect to its inputs."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from cookbook.diagnostics._arrays import to_array
from cookbook.diagnostics.autodiff import value_and_gradients


def jacobian(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """The exact Jacobian of every sample, J[b] = ∂ model(x)[b] / ∂ x[b].

    One backward pass per output unit. Layers act as in inference, so one sample's output
    depends on that sample alone.

    Args:
        model: Model with one input and one output, built.
        x: `float[batch, *input_shape]`.

    Returns:
        `float[batch, *output_shape, *input_shape]`.

    Raises:
        ValueError: If the model has several inputs or outputs, or x is not of floats.

    Example:
        >>> layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
        >>> jacobian(keras.Sequential([keras.Input((2,)), layer]), np.array([[3.0, 4.0]])).tolist()
        [[[1.0, 1.0]]]
    """
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ValueError(
            "`jacobian` needs one input and one output. "
            f"Got {len(model.inputs)} and {len(model.outputs)}: take a sub-model."
        )
    values = np.asarray(x)
    if not np.issubdtype(values.dtype, np.floating):
        raise ValueError(f"Only floats have derivatives. Got x of {values.dtype}.")
    values = values.astype(model.inputs[0].dtype)
    batch, *shape = to_array(_outputs(model, values)).shape
    rows = []
    for unit in range(int(np.prod(shape))):

        def total(inputs: Any, unit: int = unit) -> Any:
            outputs = keras.ops.reshape(_outputs(model, inputs[0]), (batch, -1))
            return keras.ops.sum(outputs[:, unit])  # samples do not mix: one row each

        _, [row] = value_and_gradients(total, [values])
        rows.append(to_array(row))
    return np.stack(rows, axis=1).reshape(batch, *shape, *values.shape[1:])


def _outputs(model: keras.Model, x: Any) -> Any:
    with keras.StatelessScope():  # nothing of the model may change, whatever its layers do
        return model(x, training=False)
