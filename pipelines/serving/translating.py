"""Translates texts by a trained encoder-decoder, in compiled batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from pipelines.preprocessing.pairs import PairPreprocessor

BATCH = 256


@dataclass(frozen=True, kw_only=True)
class TranslationOutput:
    """Writes the likeliest translation that a beam search finds.

    Attributes:
        length: Tokens of a translation at most, the end token included.
        beam_width: Candidates of a text; 1 takes the likeliest token at every step.
    """

    length: int = 50
    beam_width: int = 1

    def write(
        self, model: keras.Model, preprocessing: PairPreprocessor, texts: Sequence[str]
    ) -> pd.DataFrame:
        """Columns `source` and `translation`, one row per text."""
        import pandas as pd

        translator = Translator(
            model, preprocessing, length=self.length, beam_width=self.beam_width
        )
        translations = translator(texts)
        return pd.DataFrame({"source": list(texts), "translation": translations})


class Translator:
    """A compiled translator.

    Encoding and the loop over the tokens are one TensorFlow function, so that a batch costs
    one call instead of one per token. It shares the weights of the model: train on, and the
    translations follow.

    Args:
        model: Made by `cookbook.models.seq2seq.encoder_decoder`.
        preprocessing: Fitted with it.
        length: Tokens of a translation at most, at least 1.
        beam_width: Candidates of a text, at least 1; 1 takes the likeliest token at every step.

    Raises:
        ValueError: If the model is no encoder-decoder, or the length or the width is below 1.

    Example:
        >>> from cookbook.models.seq2seq import encoder_decoder
        >>> from pipelines.preprocessing.pairs import PairPreprocessor
        >>> pairs = PairPreprocessor().fit(["I am.", "Go."], ["Je suis.", "Va."])
        >>> model = encoder_decoder(len(pairs.source), len(pairs.target), units=4, embedding_dim=4)
        >>> len(Translator(model, pairs, length=3)(["Go.", "I go.", "I."]))
        3
    """

    def __init__(
        self,
        model: keras.Model,
        preprocessing: PairPreprocessor,
        *,
        length: int = 50,
        beam_width: int = 1,
    ) -> None:
        for name, value in {"length": length, "beam_width": beam_width}.items():
            if value < 1:
                raise ValueError(f"`{name} >= 1` must hold. Got {name}={value}.")
        self._preprocessing = preprocessing
        tokens = (preprocessing.start_id, preprocessing.end_id)
        self._write = _compile(model, *tokens, length=length, width=beam_width)

    def __call__(self, texts: Sequence[str]) -> list[str]:
        """Translates texts.

        Args:
            texts: Source sentences.

        Returns:
            One translation per text, in order.

        Raises:
            ValueError: If a text holds no token.
        """
        if not len(texts):
            return []
        sources = self._preprocessing.transform(texts)
        # Sentences of one length share a batch: a batch is as wide as its longest.
        order = np.argsort((sources != 0).sum(axis=1), kind="stable")
        found: list[str] = [""] * len(texts)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            batch = sources[rows]
            width = int((batch != 0).sum(axis=1).max())
            written = self._write(batch[:, :width]).numpy()
            for row, text in zip(rows, self._preprocessing.decode(written), strict=True):
                found[row] = text
        return found


def _compile(model: keras.Model, start: int, end: int, *, length: int, width: int) -> Any:
    import tensorflow as tf

    from cookbook.models.seq2seq_layers import RecurrentDecoder, RecurrentEncoder
    from pipelines.serving.beams import write_beams

    by_type = {type(layer): layer for layer in model.layers}
    if not {RecurrentEncoder, RecurrentDecoder} <= set(by_type):
        raise ValueError(
            f"A translator needs a model of `encoder_decoder`. Got {model.name!r} with layers "
            f"{[layer.name for layer in model.layers]}."
        )
    encoder, decoder = by_type[RecurrentEncoder], by_type[RecurrentDecoder]

    # No AutoGraph: the loop is TensorFlow's already.
    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32)], autograph=False)
    def write(source: tf.Tensor) -> tf.Tensor:
        memory, *states = encoder(source, training=False)
        context = () if decoder.attention is None else (memory, tf.not_equal(source, 0))
        states, context = tf.nest.map_structure(
            lambda state: tf.repeat(state, width, axis=0), (states, context)
        )

        def step(token: tf.Tensor, states: Any) -> Any:
            logits, *states = decoder(token[:, tf.newaxis], states, *context, training=False)
            return logits[:, 0], states

        first = tf.fill([tf.shape(source)[0]], start)
        return write_beams(step, states, first, end=end, length=length, width=width)

    return write
