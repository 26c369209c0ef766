"""Translates texts by a trained encoder-decoder, greedily and in compiled batches."""

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
    """Writes the likeliest token at every step.

    Attributes:
        length: Tokens of a translation at most, the end token included.
    """

    length: int = 50

    def write(
        self, model: keras.Model, preprocessing: PairPreprocessor, texts: Sequence[str]
    ) -> pd.DataFrame:
        """Columns `source` and `translation`, one row per text."""
        import pandas as pd

        translations = Translator(model, preprocessing, length=self.length)(texts)
        return pd.DataFrame({"source": list(texts), "translation": translations})


class Translator:
    """A compiled greedy translator.

    Encoding and the loop over the tokens are one TensorFlow function, so that a batch costs
    one call instead of one per token. It shares the weights of the model: train on, and the
    translations follow. `cookbook.decoding` has beam search.

    Args:
        model: Made by `cookbook.models.seq2seq.encoder_decoder`.
        preprocessing: Fitted with it.
        length: Tokens of a translation at most, at least 1.

    Raises:
        ValueError: If the model is no encoder-decoder, or the length is below 1.

    Example:
        >>> from cookbook.models.seq2seq import encoder_decoder
        >>> from pipelines.preprocessing.pairs import PairPreprocessor
        >>> pairs = PairPreprocessor().fit(["I am.", "Go."], ["Je suis.", "Va."])
        >>> model = encoder_decoder(len(pairs.source), len(pairs.target), units=4, embedding_dim=4)
        >>> len(Translator(model, pairs, length=3)(["Go.", "I go.", "I."]))
        3
    """

    def __init__(
        self, model: keras.Model, preprocessing: PairPreprocessor, *, length: int = 50
    ) -> None:
        if length < 1:
            raise ValueError(f"`length >= 1` must hold. Got length={length}.")
        self._preprocessing = preprocessing
        self._write = _compile(model, preprocessing.start_id, preprocessing.end_id, length)

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


def _compile(model: keras.Model, start: int, end: int, length: int) -> Any:
    import tensorflow as tf

    from cookbook.models.seq2seq_layers import RecurrentDecoder, RecurrentEncoder

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
        memory, *first = encoder(source, training=False)
        context = () if decoder.attention is None else (memory, tf.not_equal(source, 0))

        def unfinished(step: Any, token: Any, is_open: Any, written: Any, states: Any) -> Any:
            return tf.logical_and(step < length, tf.reduce_any(is_open))

        def extend(step: Any, token: Any, is_open: Any, written: Any, states: Any) -> Any:
            logits, *states = decoder(token[:, tf.newaxis], states, *context, training=False)
            best = tf.argmax(logits[:, 0], axis=-1, output_type=tf.int32)
            # Behind the end comes padding.
            token = tf.where(is_open, best, 0)
            written = written.write(step, token)
            return step + 1, token, is_open & (token != end), written, states

        rows = tf.shape(source)[0]
        written = tf.TensorArray(tf.int32, size=0, dynamic_size=True, element_shape=(None,))
        begin = (tf.constant(0), tf.fill([rows], start), tf.ones([rows], tf.bool), written, first)
        written = tf.while_loop(unfinished, extend, begin)[3]
        return tf.transpose(written.stack())

    return write
