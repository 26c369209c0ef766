"""What the layers of a model put out, and the gradient that comes back to each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from cookbook.diagnostics._arrays import to_array
from cookbook.diagnostics.autodiff import value_and_gradients
from cookbook.diagnostics.rematerialisation import remembering

# Gets a layer's name and output, returns the output to go on with.
Tap = Callable[[str, Any], Any]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One forward and backward pass, seen at every layer, in the order of the calls.

    Attributes:
        loss: The compiled loss on the batch.
        outputs: Layer name to its output, `float[batch, ...]`.
        signals: Layer name to ∂L/∂output, of the same shape.
        weights: Gradient of L for each trainable variable of the model, in its order.
    """

    loss: float
    outputs: dict[str, np.ndarray]
    signals: dict[str, np.ndarray]
    weights: list[np.ndarray]


def leaf_layers(model: keras.Model) -> list[keras.Layer]:
    """The layers of a model, those of nested models included, inputs excluded."""
    leaves: list[keras.Layer] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            leaves.extend(leaf_layers(layer))
        elif not isinstance(layer, keras.layers.InputLayer):
            leaves.append(layer)
    return leaves


def measure_flow(model: keras.Model, x: Any, y: Any, *, training: bool = True) -> Flow:
    """Runs one batch forward and backward and keeps what passes each layer.

    Nothing of the model changes. A shared layer is seen at its first call.

    Args:
        model: Built model, compiled with a loss.
        x: Inputs, first axis the batch.
        y: Targets for the compiled loss.
        training: Whether layers act as in training.

    Raises:
        ValueError: If the model is not compiled.
    """
    if not getattr(model, "compiled", False):
        raise ValueError(
            f"A backward pass needs a loss. Got the uncompiled model {model.name!r}: "
            "call `compile(loss=...)` first."
        )
    outputs: dict[str, np.ndarray] = {}

    def record(name: str, output: Any) -> Any:
        if name not in outputs:
            outputs[name] = to_array(output)
        return output

    variables = list(model.trainable_variables)
    present = [to_array(variable) for variable in variables]
    _loss(model, (x, y), variables=variables, values=present, tap=record, training=training)
    names = list(outputs)

    def perturbed(values: Sequence[Any]) -> Any:
        # L(output + p) has at p = 0 the gradient that reaches the output.
        waiting = dict(zip(names, values[len(variables) :], strict=True))

        def add(name: str, output: Any) -> Any:
            return output + waiting.pop(name) if name in waiting else output

        weights = values[: len(variables)]
        return _loss(model, (x, y), variables=variables, values=weights, tap=add, training=training)

    zeros = [np.zeros_like(output) for output in outputs.values()]
    loss, found = value_and_gradients(perturbed, [*present, *zeros])
    gradients = [to_array(gradient) for gradient in found]
    return Flow(
        loss=float(to_array(loss)),
        outputs=outputs,
        signals=dict(zip(names, gradients[len(variables) :], strict=True)),
        weights=gradients[: len(variables)],
    )


def _loss(
    model: keras.Model,
    batch: tuple[Any, Any],
    *,
    variables: Sequence[Any],
    values: Sequence[Any],
    tap: Tap,
    training: bool,
) -> Any:
    x, y = batch
    mapping = list(zip(variables, values, strict=True))
    scope = keras.StatelessScope(state_mapping=mapping, collect_losses=True)
    with remembering(model), _tapped(model, tap), scope:
        outputs = model(x, training=training)
        return model.compute_loss(x=x, y=y, y_pred=outputs, training=training)


@contextlib.contextmanager
def _tapped(model: keras.Model, tap: Tap) -> Iterator[None]:
    layers = leaf_layers(model)
    try:
        for layer in layers:
            # In the instance's dict: Keras' attribute tracking must not see it.
            layer.__dict__["call"] = _through(layer, layer.call, tap)
        yield
    finally:
        for layer in layers:
            layer.__dict__.pop("call", None)


def _through(layer: keras.Layer, call: Callable[..., Any], tap: Tap) -> Callable[..., Any]:
    def tapped(*args: Any, **kwargs: Any) -> Any:
        output = call(*args, **kwargs)
        if hasattr(output, "dtype") and keras.backend.is_float_dtype(output.dtype):
            return tap(layer.name, output)
        return output

    return tapped
