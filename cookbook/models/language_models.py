"""Recurrent language models over characters or words."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Unpack

import keras

from cookbook._checks import check_count, check_rate, check_widths
from cookbook.layers.adaptive_embedding import AdaptiveEmbedding
from cookbook.layers.members import MemberAverage
from cookbook.models._parts import output_dtype
from cookbook.models._seeded import seeded
from cookbook.models.adaptive_softmax import AdaptiveSoftmaxModel
from cookbook.models.character_networks import character_network
from cookbook.models.ensembles import PREDICTIONS, MemberEnsemble
from cookbook.models.recurrent_layers import (
    CellOptions,
    PaddingMask,
    recurrent_layer,
)

LINEAR = "linear"


class LanguageOptions(CellOptions, total=False):
    """Knobs of `language_model` beside its sizes.

    Attributes:
        members: Networks in the model, at least 1; 1 by default.
        cutoffs: First ids of the clusters of rarer tokens, rising, for example `(2000, 8000)`;
            empty for one softmax over all tokens. Only of tied embeddings. Members save no time
            by it: each scores all tokens.
    """

    members: int
    cutoffs: Sequence[int]


@seeded
def language_model(
    vocabulary_size: int,
    *,
    cell: str = "lstm",
    embedding_dim: int = 128,
    units: Sequence[int] = (128,),
    tied: bool = False,
    output_dropout: float = 0.0,
    padding_id: int | None = None,
    sequence_length: int | None = None,
    stateful_batch_size: int | None = None,
    seed: int | None = None,
    **options: Unpack[LanguageOptions],
) -> keras.Model:
    """Builds a recurrent language model: logits of the next token at every step.

    Tied embeddings (Press and Wolf 2017) score a token by the dot product of the state and
    its input vector, and save a matrix; where the last state has another size than the
    embedding, a linear projection comes between. All drop rates use one mask for all time
    steps (variational dropout).

    With `cutoffs` tied vectors shrink with the rarity of their tokens, and a training step scores
    few of the rare ones (`cookbook.layers.AdaptiveEmbedding`): of WikiText-2's 33,278 words an
    epoch takes a quarter of the time. Tokens must be numbered by falling frequency.

    With `stateful_batch_size` the final state of one batch is the first of the next, so
    that consecutive windows of one long text carry on (truncated backpropagation through
    time): do not shuffle, and call `reset_states` where a text begins.

    With several `members`, networks that start from different weights read the same tokens, each
    is trained on its own loss (see `MemberEnsemble`), and the model's probabilities are the mean
    of theirs: `p = 1/k * sum_m softmax(y_m)`, given as logits `log p`. By Jensen's inequality
    `-log p` is at most the mean of the members' losses, and the gap is what their errors do not
    share (Hansen and Salamon 1990; Lakshminarayanan et al. 2017, Simple and scalable predictive
    uncertainty estimation using deep ensembles).

    The report's word models are `language_model(21949, embedding_dim=256, units=(256,) * 3,
    tied=True)` and `language_model(29473, embedding_dim=1024, units=(1024,) * 2,
    dropout=0.65, output_dropout=0.65)`. (The report calls them sequence classification; they
    label every step.)

    Args:
        vocabulary_size: Number of token ids.
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`; or `"linear"`, the report's character network
            (`character_network`): one layer on one-hot tokens, so that `embedding_dim` and the
            options of `CellOptions` but `unroll` say nothing.
        embedding_dim: Size of a token's vector.
        units: Hidden size of each stacked layer.
        tied: Whether the output matrix is the embedding's.
        output_dropout: Drop rate of the last layer's output, in [0, 1).
        padding_id: Token that fills up the end of short sequences; losses and metrics skip
            it. `None` where no sequence is padded.
        sequence_length: Number of tokens where it is fixed (unrolling needs it).
        stateful_batch_size: Fixed batch size of a model that carries its state.
        seed: Seed of weights and dropout; `None` lets Keras draw.
        **options: Those of `LanguageOptions`, and of `CellOptions`, for example `dropout`,
            `activation`, `recurrent_initializer`; see `recurrent_layer`.

    Returns:
        An uncompiled functional model, `int32[batch, steps] -> float32[batch, steps,
        vocabulary_size]`; of several members, in training, `float32[batch, members, steps,
        vocabulary_size]`.

    Raises:
        ValueError: If the cell is unknown, a rate is outside its range, there is no layer or no
            member, or cutoffs do not rise or are given without `tied`.

    Example:
        >>> model = language_model(27, embedding_dim=16, units=(32,), tied=True)
        >>> model.output_shape
        (None, None, 27)
    """
    check_rate("output_dropout", output_dropout)
    units = check_widths("units", units)
    if (members := check_count("members", options.pop("members", 1))) > 1:
        network = functools.partial(
            language_model,
            vocabulary_size,
            cell=cell,
            embedding_dim=embedding_dim,
            units=units,
            tied=tied,
            output_dropout=output_dropout,
            sequence_length=sequence_length,
            stateful_batch_size=stateful_batch_size,
            **options,
        )
        return _ensemble([network() for _ in range(members)], padding_id)
    cutoffs = options.pop("cutoffs", ())
    if cell == LINEAR:
        _check_linear(units, tied=tied or bool(cutoffs), stateful=stateful_batch_size is not None)
        return character_network(
            vocabulary_size,
            units=units[0],
            dropout=output_dropout,
            padding_id=padding_id,
            sequence_length=sequence_length,
            unroll=options.get("unroll", False),
        )
    tokens = _tokens((stateful_batch_size, sequence_length))
    embed = _embedding(vocabulary_size, embedding_dim, tied=tied, cutoffs=cutoffs)
    x = embed(tokens)
    for index, size in enumerate(units, start=1):
        layer = recurrent_layer(
            cell,
            size,
            return_sequences=True,
            stateful=stateful_batch_size is not None,
            name=f"recurrent{index}",
            **options,
        )
        x = layer(x)
    x = keras.layers.SpatialDropout1D(output_dropout, name="output_dropout")(x)
    logits = _head(x, embed, tied=tied)
    if padding_id is not None:
        logits = PaddingMask(padding_id, name="padding_mask")([logits, tokens])
    kind = AdaptiveSoftmaxModel if cutoffs else keras.Model
    return kind(tokens, logits, name="language_model")


def _embedding(
    vocabulary_size: int, size: int, *, tied: bool, cutoffs: Sequence[int]
) -> keras.layers.Layer:
    name = "token_embedding"
    if cutoffs:
        if not tied:
            raise ValueError(
                "Cutoffs are of vectors that also score the next token. Got "
                f"cutoffs={tuple(cutoffs)} and tied=False: say tied=True, or leave them out."
            )
        dtype = output_dtype()
        return AdaptiveEmbedding(vocabulary_size, size, cutoffs=cutoffs, dtype=dtype, name=name)
    if tied:
        return keras.layers.ReversibleEmbedding(
            vocabulary_size, size, dtype=output_dtype(), name=name
        )
    return keras.layers.Embedding(vocabulary_size, size, name=name)


def _ensemble(networks: Sequence[keras.Model], padding_id: int | None) -> keras.Model:
    tokens = _tokens(networks[0].input_shape)
    # Models by names of their own: those of one builder are all called alike.
    members = [
        keras.Model(network.input, network.output, name=f"member{number}")
        for number, network in enumerate(networks, start=1)
    ]
    x = keras.ops.stack([member(tokens) for member in members], axis=1)
    if padding_id is not None:
        x = PaddingMask(padding_id, name="padding_mask")([x, tokens])
    logits = MemberAverage("probabilities", dtype=output_dtype(), name=PREDICTIONS)(x)
    return MemberEnsemble(tokens, logits, name="language_model")


def _tokens(batch_shape: tuple[int | None, ...]) -> Any:
    return keras.Input(batch_shape=batch_shape, dtype="int32", name="tokens")


def _check_linear(units: Sequence[int], *, tied: bool, stateful: bool) -> None:
    if len(units) != 1 or tied or stateful:
        raise ValueError(
            "The cell 'linear' is one layer without embedding that carries no state from batch to "
            f"batch. Got units={tuple(units)}, tied={tied} and a state that is "
            f"{'carried' if stateful else 'not carried'}: take another cell, or names-char-lm."
        )


def _head(x: Any, embed: keras.layers.Layer, *, tied: bool) -> Any:
    if not tied:
        return keras.layers.Dense(embed.input_dim, dtype=output_dtype(), name="logits")(x)
    if x.shape[-1] != embed.output_dim:
        x = keras.layers.Dense(embed.output_dim, use_bias=False, name="projection")(x)
    return embed(x, reverse=True)
