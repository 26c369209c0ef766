"""What the layers of a model put out, and the gradient that comes back to each."""

from __future__ import annotations

import contextlib
from collections import Counter
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
        outputs: Name of `named_leaves` to the layer's output, `float[batch, ...]`.
        signals: The same to ∂L/∂output, of the same shape.
        weights: Gradient of L for each trainable variable of the model, in its order.
    """

    loss: float
    outputs: dict[str, np.ndarray]
    signals: dict[str, np.ndarray]
    weights: list[np.ndarray]


def named_leaves(model: keras.Model) -> dict[str, keras.Layer]:
    """The leaf layers by their names, or `model/layer` where nested models have equal names.

    Args:
        model: A built model.

    Example:
        >>> parts = [keras.Sequential([keras.layers.Dense(1, name="same")], name=n) for n in "ab"]
        >>> list(named_leaves(keras.Sequential([*parts, keras.layers.Dense(1, name="other")])))
        ['a/same', 'b/same', 'other']
    """
    first: dict[int, tuple[str, keras.Layer]] = {}
    for place, layer in _places(model):
        first.setdefault(id(layer), (place, layer))
    uses = Counter(layer.name for _, layer in first.values())
    return {place if uses[layer.name] > 1 else layer.name: layer for place, layer in first.values()}


def _places(model: keras.Model, prefix: str = "") -> list[tuple[str, keras.Layer]]:
    """Every leaf layer with the names of the models around it; a shared one at each place."""
    found: list[tuple[str, keras.Layer]] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found.extend(_places(layer, f"{prefix}{layer.name}/"))
        elif not isinstance(layer, keras.layers.InputLayer):
            found.append((prefix + layer.name, layer))
    return found


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
    layers = named_leaves(model)
    try:
        for name, layer in layers.items():
            # In the instance's dict: Keras' attribute tracking must not see it.
            layer.__dict__["call"] = _through(name, layer.call, tap)
        yield
    finally:
        for layer in layers.values():
            layer.__dict__.pop("call", None)


def _through(name: str, call: Callable[..., Any], tap: Tap) -> Callable[..., Any]:
    def tapped(*args: Any, **kwargs: Any) -> Any:
        output = call(*args, **kwargs)
        if hasattr(output, "dtype") and keras.backend.is_float_dtype(output.dtype):
            return tap(name, output)
        return output

    return tapped
