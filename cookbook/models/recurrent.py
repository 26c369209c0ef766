"""Recurrent networks for vectors and sequences of vectors, in every mapping of lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import keras

from cookbook._keras_internals import nested_layers
from cookbook._names import unknown_name
from cookbook.models._parts import output_dtype
from cookbook.models._seeded import seeded
from cookbook.models.recurrent_layers import StackOptions, normalized, recurrent_layer

MAPPINGS = (
    "one_to_one",
    "one_to_many",
    "many_to_one",
    "many_to_many",
    "many_to_many_asynchronous",
)


@seeded
def recurrent_network(
    input_shape: tuple[int | None, ...],
    num_outputs: int,
    *,
    mapping: str = "many_to_one",
    cell: str = "lstm",
    units: Sequence[int] = (64,),
    output_steps: int | None = None,
    masked: bool = False,
    bidirectional: bool = False,
    seed: int | None = None,
    **options: Unpack[StackOptions],
) -> keras.Model:
    """Builds a stack of recurrent layers under a linear head.

    The mappings relate the input length T_x and the output length T_y:

    - `one_to_one`, T_x = T_y = 1: one step from a zero state, so a feed-forward gate.
    - `one_to_many`, T_x = 1: the vector is shown again at each of `output_steps` steps.
    - `many_to_one`, T_y = 1: the last state answers for the whole sequence.
    - `many_to_many`, T_x = T_y: an answer at every step (sequence labelling).
    - `many_to_many_asynchronous`, T_x != T_y: the stack reads the whole sequence first, then a
      second stack writes `output_steps` steps from its summary. (One source gives T_x = T_y
      for both many-to-many mappings; that is the synchronous one alone.)

    Args:
        input_shape: `(features,)` for the `one_*` mappings, `(steps, features)` for the
            others; steps may be `None`.
        num_outputs: Outputs of the linear head (per step where there are steps).
        mapping: How input and output lengths relate, see above.
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`.
        units: Hidden size of each stacked layer.
        output_steps: T_y, where it differs from T_x; otherwise `None`.
        masked: Whether steps whose features are all zero are padding: they leave the state
            as it is, and losses skip them. On a CPU a masked loop costs almost twice as much.
        bidirectional: Whether the reading layers also run backwards.
        seed: Seed of weights and dropout; `None` lets Keras draw.
        **options: Those of `StackOptions`, for example `dropout`, `activation`,
            `recurrent_initializer`, see `recurrent_layer`, and `normalization`, see `normalized`.

    Returns:
        An uncompiled functional model, `float32[batch, *input_shape] ->
        float32[batch, num_outputs]` or `float32[batch, T_y, num_outputs]`.

    Raises:
        ValueError: If the mapping is unknown, or does not fit the shape or `output_steps`.

    Example:
        >>> recurrent_network((7, 3), 2, mapping="many_to_many").output_shape
        (None, 7, 2)
        >>> recurrent_network((7, 3), 2, mapping="many_to_many_asynchronous",
        ...     output_steps=4).output_shape
        (None, 4, 2)
    """
    _check_mapping(mapping, input_shape, output_steps, units)
    inputs = keras.Input(input_shape, name="inputs")
    x = inputs
    if len(input_shape) == 1:
        x = keras.layers.RepeatVector(output_steps or 1, name="repeat")(x)
    elif masked:
        x = keras.layers.Masking(name="masking")(x)
    to_sequence = mapping in ("one_to_many", "many_to_many")
    x = _stack(x, cell, units, "reader", to_sequence, bidirectional=bidirectional, **options)
    if mapping == "many_to_many_asynchronous":
        x = keras.layers.RepeatVector(output_steps, name="summary")(x)
        x = _stack(x, cell, units, "writer", True, **options)
    outputs = keras.layers.Dense(num_outputs, dtype=output_dtype(), name="outputs")(x)
    return keras.Model(inputs, outputs, name=f"{cell}_{mapping}")


def torch_trainable(model: keras.Model) -> int:
    """Counts the trainable parameters that the same network has in PyTorch.

    PyTorch gives each gate two bias vectors, one beside each matrix product. Keras' LSTM and
    SimpleRNN have one, the sum of both: the same functions, fewer numbers. Keras' GRU with
    `reset_after=True` needs both and has them.

    Args:
        model: A built model.

    Returns:
        The number of trainable parameters plus the second bias vectors.

    Example:
        >>> model = recurrent_network((5, 3), 2, units=(8,))
        >>> torch_trainable(model) - model.count_params() == 4 * 8
        True
    """
    count = sum(int(keras.ops.size(v)) for v in model.trainable_variables)
    cells = [layer.cell for layer in _all_layers(model) if isinstance(layer, keras.layers.RNN)]
    for cell in cells:
        has_one_bias = getattr(cell, "bias", None) is not None and len(cell.bias.shape) == 1
        count += int(cell.bias.shape[0]) if has_one_bias else 0
    return count


def reset_states(model: keras.Model) -> None:
    """Sets the carried state of every stateful recurrent layer to zero.

    Args:
        model: A model built with a fixed batch size and carried state.
    """
    for layer in _all_layers(model):
        if isinstance(layer, keras.layers.RNN) and layer.stateful:
            layer.reset_state()


def _stack(
    x: Any,
    cell: str,
    units: Sequence[int],
    name: str,
    to_sequence: bool,  # noqa: FBT001 - private, and always passed by position
    *,
    normalization: str = "none",
    **options: Any,
) -> Any:
    for index, size in enumerate(units, start=1):
        return_sequences = to_sequence or index < len(units)
        layer_name = f"{name}{index}"
        layer = recurrent_layer(
            cell, size, return_sequences=return_sequences, name=layer_name, **options
        )
        x = normalized(layer(x), normalization, name=layer_name)
    return x


def _all_layers(model: keras.Model) -> list[keras.layers.Layer]:
    found = {id(layer): layer for layer in nested_layers(model, include_self=False)}
    return list(found.values())


def _check_mapping(
    mapping: str,
    input_shape: tuple[int | None, ...],
    output_steps: int | None,
    units: Sequence[int],
) -> None:
    if mapping not in MAPPINGS:
        raise ValueError(unknown_name("mapping", mapping, MAPPINGS))
    if not units:
        raise ValueError("At least one recurrent layer is needed. Got units=().")
    rank = 1 if mapping.startswith("one_") else 2
    if len(input_shape) != rank:
        wanted = "(features,)" if rank == 1 else "(steps, features)"
        raise ValueError(f"'{mapping}' needs input_shape={wanted}. Got {tuple(input_shape)}.")
    needs_steps = mapping in ("one_to_many", "many_to_many_asynchronous")
    if needs_steps != (output_steps is not None) or (output_steps or 1) < 1:
        rule = "needs `output_steps` of at least 1" if needs_steps else "takes no `output_steps`"
        raise ValueError(f"'{mapping}' {rule}. Got output_steps={output_steps}.")
