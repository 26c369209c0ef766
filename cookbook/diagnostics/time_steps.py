"""How much the loss depends on each time step: gradients that vanish or explode over time."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from cookbook.diagnostics._arrays import to_array
from cookbook.diagnostics.autodiff import value_and_gradients
from cookbook.diagnostics.taps import measure_flow


def gradients_over_time(
    model: keras.Model, x: Any, y: Any, *, training: bool = False
) -> np.ndarray:
    """Norm of ∂L/∂x_t for every time step t, where x_t is what the recurrent layers read.

    Where the answer is given at the last step, the norm falls or grows about geometrically towards
    the first one: by the size of the recurrent Jacobian, once for each step back (Bengio et al.
    1994, Pascanu et al. 2013).

    Args:
        model: Built model, compiled with a loss. What is read is the first output of a layer with
            steps, `float[batch, steps, features]` (of an embedding, for example), or the input
            itself where a recurrent layer reads that.
        x: Inputs, first axis the batch.
        y: Targets for the compiled loss.
        training: Whether layers act as in training.

    Returns:
        `float64[steps]`, the norm over the batch and the features.

    Raises:
        ValueError: If the model is not compiled, or nothing in it has time steps.

    Example:
        >>> layers = [keras.Input((5, 1)), keras.layers.SimpleRNN(2), keras.layers.Dense(1)]
        >>> model = keras.Sequential(layers)
        >>> model.compile(loss="mse")
        >>> gradients_over_time(model, np.ones((3, 5, 1)), np.ones((3, 1))).shape
        (5,)
    """
    values = np.asarray(x)
    flow = measure_flow(model, values, y, training=training)
    if values.ndim == 3 and np.issubdtype(values.dtype, np.floating):
        found = _input_gradient(model, values, y, training=training)
    else:
        steps = [name for name, output in flow.outputs.items() if output.ndim == 3]
        if not steps:
            raise ValueError(
                "Nothing in the model has time steps, `float[batch, steps, features]`. Got "
                f"{model.name!r} with inputs of shape {values.shape}."
            )
        found = flow.signals[steps[0]]
    return np.sqrt((np.asarray(found, np.float64) ** 2).sum(axis=(0, 2)))


def _input_gradient(model: keras.Model, x: np.ndarray, y: Any, *, training: bool) -> np.ndarray:
    def loss(values: Any) -> Any:
        with keras.StatelessScope(collect_losses=True):
            outputs = model(values[0], training=training)
            return model.compute_loss(x=values[0], y=y, y_pred=outputs, training=training)

    _, (gradient,) = value_and_gradients(loss, [x.astype(keras.config.floatx())])
    return to_array(gradient)
