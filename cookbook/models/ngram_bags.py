"""Bags of n-grams that begin as naive Bayes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from typing_extensions import override

from cookbook._checks import check_count, check_rate
from cookbook.models._parts import output_dtype
from cookbook.models._seeded import seeded


@keras.saving.register_keras_serializable(package="cookbook")
class NaiveBayesBag(keras.layers.Layer):
    """Weighs the evidence of n-grams for classes and adds it up.

    With the log-count ratios `r` of naive Bayes, learned weights `w` and the n different
    n-grams of a text, the logit of class c is

        b_c + n^(-1/2) * sum_i (prior + w_ic) r_ic

    `w` and `b` begin with 0, so an untrained bag is a naive Bayes classifier; weight decay draws
    it back to that. Wang and Manning (2012) interpolate between naive Bayes and a linear model to
    the same end. The root keeps long texts from being more certain than training can undo.

    Call arguments: `int32[batch, ngrams]`, different numbers, 0 for padding.

    Args:
        vocabulary_size: Number of numbers, padding included.
        num_outputs: Logits.
        prior: Weight that naive Bayes begins with, >= 0.
        dropout: Share of a text's n-grams that a step of training leaves out, in [0, 1): an
            adaptive L2 penalty, which spares rare but telling n-grams (Wang and Manning 2013).
        **kwargs: Keras' layer arguments, for example `name`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_outputs: int,
        *,
        prior: float = 1.0,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size, self.num_outputs = vocabulary_size, num_outputs
        self.prior, self.dropout = prior, dropout
        self._noise = keras.layers.Dropout(dropout, dtype=self.dtype_policy)

    @override
    def build(self, input_shape: Any) -> None:
        shape = (self.vocabulary_size, self.num_outputs)
        self.ratios = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="ratios"
        )
        self.kernel = self.add_weight(shape=shape, initializer="zeros", name="kernel")
        self.bias = self.add_weight(shape=shape[1:], initializer="zeros", name="bias")

    @override
    def call(self, tokens: Any, training: bool | None = None) -> Any:
        ops = keras.ops
        real = ops.cast(ops.not_equal(tokens, 0), self.compute_dtype)
        count = ops.maximum(ops.sum(real, axis=1, keepdims=True), 1.0)
        evidence = ops.take((self.prior + self.kernel) * self.ratios, tokens, axis=0)
        kept = ops.expand_dims(self._noise(real, training=training), -1)
        return ops.sum(kept * evidence, axis=1) / ops.sqrt(count) + self.bias

    @override
    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], self.num_outputs)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "num_outputs": self.num_outputs,
            "prior": self.prior,
            "dropout": self.dropout,
        }


@seeded
def ngram_bag(
    vocabulary_size: int,
    num_outputs: int,
    *,
    log_count_ratios: Any = None,
    prior: float = 1.0,
    dropout: float = 0.0,
    seed: int | None = None,
) -> keras.Model:
    """Builds a linear classifier of the n-grams in a text that begins as naive Bayes.

    See `NaiveBayesBag` for the formula. It has no hidden layer: for sentiment and topics the
    n-grams themselves say nearly everything, and a linear model of them trains in a minute where
    a recurrent one takes many (Wang and Manning 2012; Joulin et al. 2017).

    Args:
        vocabulary_size: Number of n-grams, and 1 for padding.
        num_outputs: Number of logits: one per class, or 1 for a binary decision by one logit.
        log_count_ratios: Evidence of each n-gram for each class, `float[vocabulary_size,
            num_outputs]` in nats, row 0 zero; `None`: 1 throughout, a linear model without naive
            Bayes.
        prior: Weight that naive Bayes begins with, >= 0.
        dropout: Share of a text's n-grams that a step of training leaves out, in [0, 1).
        seed: Seed of the dropout; the weights begin with 0.

    Returns:
        An uncompiled functional model, `int32[batch, ngrams] -> float32[batch, num_outputs]`.

    Raises:
        ValueError: If a number is out of range or the ratios have another shape.

    Example:
        >>> model = ngram_bag(3, 1, log_count_ratios=[[0.0], [1.5], [-0.5]])
        >>> print(model.predict(np.array([[1, 0], [1, 2]]), verbose=0).round(3).ravel())
        [1.5   0.707]
    """
    check_count("vocabulary_size", vocabulary_size, least=2)
    check_count("num_outputs", num_outputs)
    check_rate("dropout", dropout)
    if prior < 0:
        raise ValueError(f"`prior >= 0` must hold. Got prior={prior}.")
    shape = (vocabulary_size, num_outputs)
    if log_count_ratios is None:
        log_count_ratios = np.ones(shape) * (np.arange(vocabulary_size) > 0)[:, np.newaxis]
    ratios = np.asarray(log_count_ratios, np.float32)
    if ratios.shape != shape or ratios[0].any():
        raise ValueError(
            "`log_count_ratios` must have a row for each number, zeros for padding first, and a "
            f"column for each output: shape {shape}. Got shape {ratios.shape}, first row "
            f"{ratios[:1].tolist()}."
        )
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    bag = NaiveBayesBag(
        vocabulary_size,
        num_outputs,
        prior=prior,
        dropout=dropout,
        dtype=output_dtype(),
        name="logits",
    )
    model = keras.Model(tokens, bag(tokens), name="ngram_bag")
    bag.ratios.assign(ratios)
    return model
