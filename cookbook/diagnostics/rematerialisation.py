"""Less memory for more time: recompute activations in the backward pass."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from cookbook._keras_internals import nested_layers


def rematerialise(*layers: keras.Layer) -> None:
    """Makes layers forget what happens inside them until the backward pass needs it.

    Of a rematerialised layer only the inputs stay in memory; its forward pass runs a
    second time during the backward pass (Chen et al. 2016). Worth it for blocks: hand
    in a nested `keras.Sequential` of several layers. Call it before the first `fit`, or
    compile again afterwards.

    Keras' own `keras.RematScope` works in the mode `"activations"`. Its modes `"full"`,
    `"larger_than"` and `"list_of_layers"` fail in a compiled `fit` on TensorFlow for each
    layer whose `call` takes `training` (Dense, BatchNormalization, Dropout) with
    "custom_gradient decorator currently supports arguments only when eager execution is
    enabled" (keras issue 21207), and when run eagerly they update the statistics of a
    batch normalisation twice a step. On JAX they fail for these two layers with a leaked
    tracer. This function binds the keyword arguments first, so it works compiled and
    eagerly, and refuses layers that change variables, which would change them twice.

    Args:
        *layers: Built layers or nested models without moving statistics or seed
            generators; at least one.

    Raises:
        ValueError: If no layer is given, or one is unbuilt or has variables that a
            forward pass may change.

    Example:
        >>> block = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "tanh")])
        >>> rematerialise(block)
        >>> keras.Sequential([keras.Input((4,)), block]).output_shape
        (None, 8)
    """
    if not layers:
        raise ValueError("Name at least one layer to rematerialise. Got none.")
    for layer in layers:
        _check(layer)
    for layer in layers:
        # In the instance's dict: Keras' attribute tracking must not see it.
        layer.__dict__["call"] = _forgetful(layer.call)


@contextlib.contextmanager
def remembering(model: keras.Model) -> Iterator[None]:
    """Layers of a model as they were before `rematerialise`, for derivatives by values.

    What a part does not take as an argument, such as the weights of a `StatelessScope`, gets no
    gradient through `keras.remat` on TensorFlow. Without recomputation the numbers are the same.

    Args:
        model: Any model; it forgets again at the end.
    """
    forgetful = [
        (layer, layer.__dict__.pop("call"))
        for layer in nested_layers(model)
        if "call" in layer.__dict__
    ]
    try:
        yield
    finally:
        for layer, call in forgetful:
            layer.__dict__["call"] = call


def _check(layer: keras.Layer) -> None:
    if not layer.built:
        raise ValueError(f"Only built layers are known to be free of state. Got {layer.name!r}.")
    changing = [variable.path for variable in layer.variables if not variable.trainable]
    if changing:
        raise ValueError(
            "A rematerialised forward pass runs twice, so it must not change variables. "
            f"Got {layer.name!r} with {', '.join(changing)}: leave batch normalisation and "
            "dropout outside of the block, and rematerialise before freezing."
        )


def _forgetful(call: Any) -> Any:
    def forgetful(*args: Any, **kwargs: Any) -> Any:
        # TensorFlow's recompute_grad takes no keyword arguments in a graph.
        return keras.remat(lambda *tensors: call(*tensors, **kwargs))(*args)

    return forgetful
