"""Gradient checkpointing of whole networks, with batch normalisation and dropout."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import keras
from typing_extensions import override

from cookbook._checks import check_plain_training
from cookbook._keras_internals import nested_layers


class Recomputed(keras.layers.Layer):
    """A part of a network whose activations are computed again in the backward pass.

    Between the two passes its input is all that is kept (Chen et al. 2016). Weights, moving
    statistics and random states enter the part as values and leave it as values, so that the
    second pass repeats the first one bit by bit, and none of them changes twice.

    Args:
        block: A functional model with one input and one output.
        **options: Arguments of `keras.layers.Layer`.
    """

    def __init__(self, block: keras.Model, **options: Any) -> None:
        # The layers of the block cast for themselves; what is between two parts stays as it is.
        super().__init__(autocast=False, **options)
        self.block = block

    @override
    def build(self, input_shape: Any) -> None:
        """The block is built."""

    @override
    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        return self.block.compute_output_spec(inputs)

    @override
    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if not training:
            return self.block(inputs, training=False)
        weights, others = self.block.trainable_variables, self.block.non_trainable_variables
        # Copies: the second pass must not read what the first one left in a variable.
        before = [(variable, keras.ops.copy(variable)) for variable in others]

        def forward(x: Any, *values: Any) -> Any:
            given = [*zip(weights, values, strict=True), *before]
            with keras.StatelessScope(state_mapping=given) as scope:
                y = self.block(x, training=True)
            return y, *(scope.get_current_value(variable) for variable in others)

        values = [keras.ops.copy(weight) for weight in weights]
        outputs, *after = keras.remat(forward)(inputs, *values)
        for variable, value in zip(others, after, strict=True):
            variable.assign(value)
        return outputs


class CheckpointedModel(keras.Model):
    """A functional model of `Recomputed` parts; made by `checkpointed`."""

    @property
    def plain(self) -> keras.Model:
        """The model that it was made of, whose weights it trains."""
        found: keras.Model = self.__dict__["plain_model"]
        return found


def checkpointed(model: keras.Model, *, blocks: int | None = None) -> CheckpointedModel:
    """Gives a model that trains the weights of another one with less memory.

    The network is cut where a single tensor is all that goes on: between the layers of a plain
    network, between the blocks of a residual one. What is kept of a training step are these
    tensors and the activations of one part; the forward pass runs a second time. Gradients are
    the same bit by bit, dropout and batch normalisation included; on JAX as far as its compiler
    fuses both programs alike.

    Args:
        model: A functional or sequential model with one input and one output.
        blocks: Into how many parts it is cut, at least 2; the root of the number of layers by
            default, which keeps least.

    Returns:
        A model to be compiled; `plain` is the given one.

    Raises:
        ValueError: If the model trains in its own way, has several inputs or outputs, hands on
            masks, or cannot be cut.

    Example:
        >>> layers = [keras.Input((4,)), *(keras.layers.Dense(4) for _ in range(6))]
        >>> trained = checkpointed(keras.Sequential(layers))
        >>> [len(part.block.layers) - 1 for part in trained.layers[1:]]  # without their inputs
        [3, 3]
    """
    check_plain_training(model, "gradient checkpointing", made=CheckpointedModel)
    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs or len(inputs) != 1 or len(outputs) != 1:
        raise ValueError(
            "Gradient checkpointing takes a functional model with one input and one output. Got "
            f"{type(model).__name__} {model.name!r}: leave it out."
        )
    masks = [
        layer.name
        for layer in nested_layers(model)
        if getattr(layer, "mask_zero", False) or isinstance(layer, keras.layers.Masking)
    ]
    if masks:
        raise ValueError(
            "Masks do not pass from one recomputed part to the next. Got the layers "
            f"{', '.join(masks)} with masks: leave gradient checkpointing out."
        )
    cuts = dict(_cuts(model))
    parts = blocks or max(2, round(math.sqrt(len(model.layers))))
    if len(cuts) + 1 < max(parts, 2) and (blocks or not cuts):
        raise ValueError(
            f"The network has {len(cuts)} places where a single tensor is all that goes on. Got "
            f"{model.name!r} to be cut into {parts} parts: leave gradient checkpointing out, or "
            "take fewer blocks."
        )
    ends = [*(cuts[place] for place in _spread(list(cuts), len(model.layers), parts)), outputs[0]]
    image = keras.Input(batch_shape=inputs[0].shape, dtype=inputs[0].dtype, name=inputs[0].name)
    x, start = image, inputs[0]
    for number, end in enumerate(ends):
        block = keras.Model(start, end, name=f"{model.name}_part{number}")
        x, start = Recomputed(block, name=f"part{number}")(x), end
    trained = CheckpointedModel(image, x, name=model.name)
    # Not an attribute of Keras': it would track every layer a second time.
    trained.__dict__["plain_model"] = model
    return trained


def _spread(places: list[int], layers: int, parts: int) -> list[int]:
    """The places nearest to those that cut so many layers into equal parts."""
    even = (number * layers / parts for number in range(1, parts))
    return sorted({min(places, key=lambda place: abs(place - point)) for point in even})


def _cuts(model: keras.Model) -> Iterator[tuple[int, Any]]:
    """Places and tensors behind which nothing of what was before is used, in order."""
    functional = keras.Model(model.inputs, model.outputs)
    rows = functional.get_config()["layers"]
    places = {row["name"]: place for place, row in enumerate(rows)}
    # The last place at which the output of each layer is used.
    last = list(range(len(rows)))
    for place, row in enumerate(rows):
        if len(row["inbound_nodes"]) > 1:
            raise ValueError(
                f"The layer {row['name']!r} is used twice, so the network cannot be cut between "
                "its uses: leave gradient checkpointing out."
            )
        for name in _sources(row["inbound_nodes"]):
            last[places[name]] = max(last[places[name]], place)
    reach = 0
    for place, row in enumerate(rows[:-1]):
        # What came before this layer must not be used behind it.
        if place and reach <= place:
            yield place, functional.get_layer(row["name"]).output
        reach = max(reach, last[place])


def _sources(nodes: Any) -> Iterator[str]:
    """Names of the layers whose outputs a layer takes, as its configuration has them."""
    if isinstance(nodes, dict):
        if "keras_history" in nodes:
            yield str(nodes["keras_history"][0])
        for value in nodes.values():
            yield from _sources(value)
    elif isinstance(nodes, list | tuple):
        for value in nodes:
            yield from _sources(value)
