"""Recurrent sequence-to-sequence models, for example for translation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypedDict, Unpack

import keras
from typing_extensions import override

from cookbook.models._seeded import seeded
from cookbook.models.recurrent_layers import PaddingMask
from cookbook.models.seq2seq_layers import RecurrentDecoder, RecurrentEncoder


class DecoderOptions(TypedDict, total=False):
    """Options of `encoder_decoder` that act in training alone.

    Attributes:
        dropout: Drop rate of token vectors and features, in [0, 1); one mask for all steps.
        scheduled_sampling: Whether training may feed the model's own guesses; set the rate
            with the callback `ScheduledSampling`.
    """

    dropout: float
    scheduled_sampling: bool


@seeded
def encoder_decoder(
    source_vocabulary: int,
    target_vocabulary: int,
    *,
    cell: str = "gru",
    units: int = 256,
    embedding_dim: int = 256,
    attention: str | None = None,
    bidirectional: bool = False,
    fixed_lengths: tuple[int, int] | None = None,
    seed: int | None = None,
    **options: Unpack[DecoderOptions],
) -> keras.Model:
    """Builds an encoder-decoder that is trained with shifted targets (teacher forcing).

    Token 0 is padding, in source and target, and stands at the end. Source padding changes
    no state and gets no attention; positions where the decoder is fed padding count in no
    loss or metric. Feed `target[:, :-1]` (with its start token) and train on `target[:, 1:]`.

    The report's models are `encoder_decoder(4345, 2803)` and the same with `cell="lstm"`.
    Write translations with `cookbook.models.recurrent_steps.StepwiseDecoder` and the
    searches of `cookbook.decoding`.

    Args:
        source_vocabulary: Number of source tokens, padding included.
        target_vocabulary: Number of target tokens, padding included.
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`.
        units: Size of the hidden states.
        embedding_dim: Size of a token's vector.
        attention: `"additive"`, `"multiplicative"` or `None`.
        bidirectional: Whether the encoder also reads backwards.
        fixed_lengths: `(sources, targets)` where all sequences have these lengths. The loops
            are then unrolled, which is faster for short sentences.
        seed: Seed of weights and dropout; `None` lets Keras draw.
        **options: `dropout` and `scheduled_sampling`, see `DecoderOptions`.

    Returns:
        An uncompiled functional model of two inputs, `[int32[batch, sources],
        int32[batch, targets]] -> float32[batch, targets, target_vocabulary]` (logits), whose
        layers `encoder` and `decoder` hold all weights.

    Raises:
        ValueError: If a name is unknown or the drop rate is outside its range.

    Example:
        >>> model = encoder_decoder(4345, 2803)
        >>> [model.get_layer(name).count_params() for name in ("encoder", "decoder")]
        [1507072, 1832691]
    """
    source_length, target_length = fixed_lengths or (None, None)
    source = keras.Input((source_length,), dtype="int32", name="source")
    target = keras.Input((target_length,), dtype="int32", name="target")
    shared: dict[str, Any] = {
        "cell": cell,
        "units": units,
        "embedding_dim": embedding_dim,
        "dropout": options.get("dropout", 0.0),
        "unroll": fixed_lengths is not None,
    }
    encoder = RecurrentEncoder(
        source_vocabulary, bidirectional=bidirectional, name="encoder", **shared
    )
    decoder = RecurrentDecoder(
        target_vocabulary,
        attention=attention,
        scheduled_sampling=options.get("scheduled_sampling", False),
        name="decoder",
        **shared,
    )
    memory, *states = encoder(source)
    if attention is None:
        logits, *_ = decoder(target, states)
    else:
        logits, *_ = decoder(target, states, memory, keras.ops.not_equal(source, 0))
    logits = PaddingMask(name="padding_mask")([logits, target])
    return keras.Model([source, target], logits, name=f"{cell}_encoder_decoder")


class ScheduledSampling(keras.callbacks.Callback):
    """Sets the decoder's sampling rate at the start of every epoch.

    Args:
        rate: Maps the epoch, counted from 0, to the probability in [0, 1] that the decoder
            is fed its own guess.

    Raises:
        ValueError: If the model has no scheduled sampling, or a rate is outside [0, 1].
    """

    def __init__(self, rate: Callable[[int], float]) -> None:
        super().__init__()
        self.rate = rate

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        decoder = next(
            (layer for layer in self.model.layers if isinstance(layer, RecurrentDecoder)), None
        )
        if decoder is None or not decoder.scheduled_sampling:
            raise ValueError(
                "ScheduledSampling needs a model built with scheduled_sampling=True. "
                f"Got {self.model.name!r} without."
            )
        rate = float(self.rate(epoch))
        if not 0 <= rate <= 1:
            raise ValueError(f"A sampling rate lies in [0, 1]. Got {rate} for epoch {epoch}.")
        decoder.sampling_rate.assign(rate)


def inverse_sigmoid_rate(half_life: float, *, speed: float = 1.0) -> Callable[[int], float]:
    """Makes a sampling rate that rises from near 0 to 1 along a sigmoid.

    `rate(epoch) = 1 / (1 + exp(-speed (epoch - half_life)))`, one minus the inverse sigmoid
    decay of Bengio et al. (2015) in other symbols.

    Args:
        half_life: Epoch at which every second token is the model's own.
        speed: Steepness per epoch, above 0.

    Returns:
        The function from epoch to rate.

    Raises:
        ValueError: If the speed is not positive.

    Example:
        >>> rate = inverse_sigmoid_rate(10)
        >>> round(rate(0), 4), rate(10), round(rate(20), 4)
        (0.0, 0.5, 1.0)
    """
    if speed <= 0:
        raise ValueError(f"`speed > 0` must hold. Got speed={speed}.")
    return lambda epoch: 1 / (1 + math.exp(-speed * (epoch - half_life)))
