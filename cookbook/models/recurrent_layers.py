"""Parts that every recurrent model is built from: cells by name, masks, pooling over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

import keras
from typing_extensions import override

from cookbook._checks import check_rate
from cookbook._names import unknown_name
from cookbook.initializers.registry import weight_initializer
from cookbook.models._parts import known_activations, output_dtype

CELLS: dict[str, type[keras.layers.RNN]] = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}
POOLINGS = ("last", "max", "mean")
NORMALIZATIONS = ("none", "layer", "batch")


class CellOptions(TypedDict, total=False):
    """Knobs that every recurrent builder hands to `recurrent_layer`.

    Attributes:
        dropout: Drop rate of a layer's inputs, in [0, 1). One mask for all time steps.
        recurrent_dropout: Drop rate of the hidden state, in [0, 1). One mask for all time steps.
        forget_bias: Start value of the LSTM's forget-gate bias.
        unroll: Whether to unroll the loop over time; needs a fixed number of steps.
        activation: Of the candidate state, a Keras name; gates stay sigmoids.
        kernel_initializer: Name in `cookbook.initializers`, of the weights of the inputs.
        recurrent_initializer: The same of the weights of the hidden state.
        bias: Start value of all other biases.
    """

    dropout: float
    recurrent_dropout: float
    forget_bias: float
    unroll: bool
    activation: str
    kernel_initializer: str
    recurrent_initializer: str
    bias: float


class StackOptions(CellOptions, total=False):
    """Knobs of a stack of recurrent layers.

    Attributes:
        normalization: What stands behind each layer, see `normalized`.
    """

    normalization: str


@keras.saving.register_keras_serializable(package="cookbook")
class ForgetGateBias(keras.initializers.Initializer):
    """One value for an LSTM's biases, with another one for the forget gate.

    Keras orders the gates input, forget, candidate, output, so the second quarter of the
    vector is set. A positive value opens the gate at the start of training, and the cell
    remembers over about `1 / (1 - sigmoid(value))` steps (Gers et al. 2000, Jozefowicz et
    al. 2015).

    Args:
        value: Bias of the forget gate; Keras' own `unit_forget_bias` is 1.
        others: Bias of the other three gates.

    Example:
        >>> keras.ops.convert_to_numpy(ForgetGateBias(2.0)((8,), "float32")).tolist()
        [0.0, 0.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0]
    """

    def __init__(self, value: float = 1.0, others: float = 0.0) -> None:
        self.value, self.others = value, others

    @override
    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> Any:
        quarter = shape[0] // 4
        gates = [self.others, self.value, self.others, self.others]
        return keras.ops.repeat(keras.ops.convert_to_tensor(gates, dtype=dtype), quarter)

    @override
    def get_config(self) -> dict[str, Any]:
        return {"value": self.value, "others": self.others}


@keras.saving.register_keras_serializable(package="cookbook")
class PaddingMask(keras.layers.Layer):
    """Passes predictions through and tells losses and metrics which positions are padding.

    Call arguments: `[predictions, tokens]`, `float[batch, steps, ...]` and
    `int[batch, steps]`. Keras' losses and metrics then average over the positions whose
    token differs from `padding_id` alone. A causal network whose sequences are padded at the
    end needs no other mask: padding comes after everything that counts, and the recurrent
    loop stays on its faster, unmasked body.

    Args:
        padding_id: The token that fills up short sequences.
        **kwargs: Keras' layer arguments, for example `name`.
    """

    def __init__(self, padding_id: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", output_dtype())
        super().__init__(**kwargs)
        self.padding_id = padding_id
        self.supports_masking = True

    @override
    def call(self, inputs: list[Any]) -> Any:
        return inputs[0] + 0  # a new tensor: the mask must not stick to the unmasked one

    @override
    def compute_mask(self, inputs: list[Any], previous_mask: Any = None) -> Any:
        return keras.ops.not_equal(inputs[1], self.padding_id)

    @override
    def compute_output_shape(self, input_shape: list[Any]) -> Any:
        return input_shape[0]

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "padding_id": self.padding_id}


@keras.saving.register_keras_serializable(package="cookbook")
class MaskedPooling(keras.layers.Layer):
    """Reduces a sequence to one vector, looking at the unmasked steps only.

    Call arguments: `[sequence, mask]`, `float[batch, steps, features]` and
    `bool[batch, steps]`. A row without any unmasked step gives zeros.

    Args:
        kind: `"last"` (the last unmasked step), `"mean"` or `"max"`.
        **kwargs: Keras' layer arguments, for example `name`.

    Raises:
        ValueError: If the kind is unknown.
    """

    def __init__(self, kind: str = "last", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if kind not in POOLINGS:
            raise ValueError(unknown_name("pooling", kind, POOLINGS))
        self.kind = kind
        self.supports_masking = True  # it takes the mask as an input, and gives none

    @override
    def call(self, inputs: list[Any]) -> Any:
        ops = keras.ops
        sequence, mask = inputs
        valid = ops.expand_dims(ops.cast(mask, sequence.dtype), -1)
        if self.kind == "mean":
            return ops.sum(sequence * valid, axis=1) / ops.maximum(ops.sum(valid, axis=1), 1)
        if self.kind == "max":
            lowest = ops.where(valid > 0, sequence, ops.full_like(sequence, float("-inf")))
            return ops.where(ops.any(valid > 0, axis=1), ops.max(lowest, axis=1), 0.0)
        steps = ops.cumsum(ops.cast(mask, "int32"), axis=1)
        is_last = ops.logical_and(mask, ops.equal(steps, ops.max(steps, axis=1, keepdims=True)))
        return ops.sum(sequence * ops.expand_dims(ops.cast(is_last, sequence.dtype), -1), axis=1)

    @override
    def compute_mask(self, inputs: list[Any], previous_mask: Any = None) -> None:
        return None

    @override
    def compute_output_shape(self, input_shape: list[Any]) -> Any:
        return (input_shape[0][0], input_shape[0][-1])

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kind": self.kind}


def recurrent_layer(
    cell: str,
    units: int,
    *,
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
    forget_bias: float = 1.0,
    activation: str = "tanh",
    kernel_initializer: str = "glorot_uniform",
    recurrent_initializer: str = "orthogonal",
    bias: float = 0.0,
    bidirectional: bool = False,
    **kwargs: Any,
) -> keras.layers.Layer:
    """Makes a recurrent layer by the name of its cell.

    Both drop rates use one mask for all time steps of a sequence (variational dropout, Gal
    and Ghahramani 2016), drawn anew for each batch: noise that changed at every step would
    wash out the memory. `recurrent_dropout` keeps Keras from its fused GPU kernel, `dropout`
    does not. The GRU is the form with the reset gate after the matrix product
    (`reset_after=True`), which has two bias vectors as PyTorch's has.

    Args:
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`.
        units: Size of the hidden state, at least 1.
        dropout: Drop rate of the inputs, in [0, 1).
        recurrent_dropout: Drop rate of the hidden state, in [0, 1).
        forget_bias: Start value of the LSTM's forget-gate bias; other cells have none.
        activation: Of the candidate state, a Keras name; the gates stay sigmoids. Another one
            than `"tanh"` keeps Keras from its fused GPU kernel. An unbounded one such as
            `"relu"` can let the state grow without end: start it from
            `recurrent_initializer="identity"` (Le, Jaitly and Hinton 2015) and clip gradients.
        kernel_initializer: Name in `cookbook.initializers`, of the weights of the inputs.
        recurrent_initializer: The same of the weights of the hidden state, or `"identity"`;
            `"orthogonal"` keeps its norm over time (Saxe et al. 2014).
        bias: Start value of all biases but the LSTM's forget gate's.
        bidirectional: Whether to run a second layer backwards and concatenate both.
        **kwargs: Further arguments of the Keras layer, for example `return_sequences`, or
            `unroll`: no loop over time, which needs a fixed number of steps; faster on a CPU for
            up to about 30 steps, and slower to trace.

    Returns:
        The unbuilt layer, `float[batch, steps, features] -> float[batch, units]` (or
        `[batch, steps, units]`; twice the units if bidirectional).

    Raises:
        ValueError: If the cell is unknown, or a number is outside its range.

    Example:
        >>> layer = recurrent_layer("lstm", 8)
        >>> layer.build((None, 5, 3))
        >>> layer.count_params() == 4 * 8 * (3 + 8 + 1)
        True
    """
    if cell not in CELLS:
        raise ValueError(unknown_name("cell", cell, CELLS))
    if units < 1:
        raise ValueError(f"A recurrent layer needs at least 1 unit. Got units={units}.")
    if activation not in known_activations():
        raise ValueError(unknown_name("activation", activation, known_activations()))
    check_rate("dropout", dropout)
    check_rate("recurrent_dropout", recurrent_dropout)
    name = kwargs.pop("name", None)
    kwargs |= _biases(cell, forget_bias, bias)
    # Keras' own defaults are left to Keras, which draws their seeds in an order of its own.
    if kernel_initializer != "glorot_uniform":
        kwargs["kernel_initializer"] = weight_initializer(kernel_initializer)
    if recurrent_initializer != "orthogonal":
        kwargs["recurrent_initializer"] = weight_initializer(recurrent_initializer)
    layer = CELLS[cell](
        units,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        activation=activation,
        name=f"{name}_forward" if name and bidirectional else name,
        **kwargs,
    )
    return keras.layers.Bidirectional(layer, name=name) if bidirectional else layer


def normalized(x: Any, kind: str, *, name: str, mask: Any = None) -> Any:
    """Normalises what a recurrent layer gives to the next one.

    It stands between layers, not between time steps: normalising from state to state of one layer
    does not help, and between layers it shortens training (Laurent et al. 2016, Batch normalized
    recurrent neural networks).

    Args:
        x: `float[batch, steps, units]` or `float[batch, units]`.
        kind: `"none"`, `"layer"` (each step by itself) or `"batch"` (each unit over the batch and
            the steps).
        name: Name of the layer.
        mask: `bool[batch, steps]`, the steps that count in the statistics of the batch.

    Raises:
        ValueError: If the kind is unknown.
    """
    if kind not in NORMALIZATIONS:
        raise ValueError(unknown_name("normalization", kind, NORMALIZATIONS))
    if kind == "layer":
        return keras.layers.LayerNormalization(name=f"{name}_norm")(x)
    if kind == "batch":
        return keras.layers.BatchNormalization(name=f"{name}_norm")(x, mask=mask)
    return x


def _biases(cell: str, forget_bias: float, bias: float) -> dict[str, Any]:
    if cell == "lstm" and (forget_bias != 1.0 or bias):
        initializer = ForgetGateBias(forget_bias, bias)
        return {"unit_forget_bias": False, "bias_initializer": initializer}
    return {"bias_initializer": keras.initializers.Constant(bias)} if bias else {}
