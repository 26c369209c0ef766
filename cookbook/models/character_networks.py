"""The report's character network: three linear maps a step, without an activation."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

from cookbook._checks import check_rate
from cookbook.models._parts import output_dtype
from cookbook.models._seeded import seeded
from cookbook.models.recurrent_layers import PaddingMask


@keras.saving.register_keras_serializable(package="cookbook")
class LinearCharacterCell(keras.layers.Layer):
    """One step of the report's character network, three linear maps without activation.

    `h_t = W_h [x_t, h_(t-1)] + b_h`, `o_t = W_o [x_t, h_(t-1)] + b_o`,
    `y_t = W_y [h_t, o_t] + b_y`. The state is a linear function of all inputs so
    far: the network is a log-linear model of the past whose memory fades geometrically.

    Args:
        units: Size of the state.
        num_outputs: Number of logits.
        **kwargs: Keras' layer arguments.
    """

    def __init__(self, units: int, num_outputs: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.num_outputs = units, num_outputs
        self.state_size, self.output_size = units, num_outputs
        self.input_to_hidden = keras.layers.Dense(units, name="i2h")
        self.input_to_output = keras.layers.Dense(num_outputs, name="i2o")
        self.output_to_output = keras.layers.Dense(num_outputs, name="o2o")

    @override
    def build(self, input_shape: tuple[int | None, ...]) -> None:
        joined = input_shape[-1] + self.units  # type: ignore[operator]
        self.input_to_hidden.build((None, joined))
        self.input_to_output.build((None, joined))
        self.output_to_output.build((None, self.units + self.num_outputs))

    @override
    def call(self, inputs: Any, states: list[Any]) -> Any:
        joined = keras.ops.concatenate([inputs, states[0]], axis=-1)
        hidden = self.input_to_hidden(joined)
        output = self.input_to_output(joined)
        return self.output_to_output(keras.ops.concatenate([hidden, output], axis=-1)), [hidden]

    @override
    def get_config(self) -> dict[str, Any]:
        sizes = {"units": self.units, "num_outputs": self.num_outputs}
        return {**super().get_config(), **sizes}


@seeded
def character_network(
    vocabulary_size: int = 59,
    *,
    units: int = 128,
    dropout: float = 0.1,
    padding_id: int | None = None,
    sequence_length: int | None = None,
    unroll: bool = False,
    seed: int | None = None,
) -> keras.Model:
    """Builds the report's character model: one-hot input, linear recurrence, logits.

    With 58 letters and the end token it has 46,248 parameters, in both bias conventions: it
    is built of plain linear maps. Dropout falls on the logits, as printed; a language model
    that learns well is `language_model`. (The report calls this sequence labelling.)

    Args:
        vocabulary_size: Number of characters, the end token included.
        units: Size of the state.
        dropout: Drop rate of the logits, in [0, 1); one mask for all steps.
        padding_id: Token that fills up the end of short sequences; losses skip it.
        sequence_length: Number of characters where it is fixed.
        unroll: Whether to unroll the loop over time; needs `sequence_length`.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model, `int32[batch, steps] -> float32[batch, steps,
        vocabulary_size]`.

    Raises:
        ValueError: If the drop rate is outside its range.

    Example:
        >>> character_network().count_params()
        46248
    """
    check_rate("dropout", dropout)
    tokens = keras.Input((sequence_length,), dtype="int32", name="tokens")
    x = keras.ops.one_hot(tokens, vocabulary_size)
    dtype = output_dtype()
    cell = LinearCharacterCell(units, vocabulary_size, dtype=dtype)
    x = keras.layers.RNN(
        cell, return_sequences=True, unroll=unroll, dtype=dtype, name="recurrent1"
    )(x)
    logits = keras.layers.SpatialDropout1D(dropout, dtype=dtype, name="output_dropout")(x)
    if padding_id is not None:
        logits = PaddingMask(padding_id, name="padding_mask")([logits, tokens])
    return keras.Model(tokens, logits, name="character_network")
