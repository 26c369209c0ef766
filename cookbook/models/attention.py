"""Attention of a decoder over what an encoder remembers."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

from cookbook._names import unknown_name

SCORES = ("additive", "multiplicative")


@keras.saving.register_keras_serializable(package="cookbook")
class CrossAttention(keras.layers.Layer):
    """Attention with learned projections over Keras' own attention layers.

    With query q (a decoder state) and keys k_j (encoder outputs), the scores are

    - additive (Bahdanau et al. 2015): `v . tanh(W q + U k_j)`,
    - multiplicative (Luong et al. 2015, "general"): `q . W k_j`,

    the weights are their softmax over the unmasked j, and the context is the weighted sum
    of the k_j. Every row must have at least one unmasked position: a sentence has its end
    token.

    Call arguments: `query`, `float[batch, targets, query_dim]`; `memory`,
    `float[batch, sources, memory_dim]`; `memory_mask`, `bool[batch, sources]`.

    Returns `(context, weights)`: `float[batch, targets, memory_dim]` and
    `float[batch, targets, sources]`; the weights sum to 1 and are 0 on padding.

    Args:
        score: `"additive"` or `"multiplicative"`.
        units: Size of the space in which query and keys meet.
        **kwargs: Keras' layer arguments, for example `name`.

    Raises:
        ValueError: If the score is unknown.
    """

    def __init__(self, score: str, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if score not in SCORES:
            raise ValueError(unknown_name("attention", score, SCORES))
        self.score, self.units = score, units
        self.keys = keras.layers.Dense(units, use_bias=False, name="keys")
        if score == "additive":
            self.queries = keras.layers.Dense(units, name="queries")
            self.attend = keras.layers.AdditiveAttention(use_scale=True, name="attend")
        else:
            self.queries = None
            self.attend = keras.layers.Attention(name="attend")

    @override
    def build(self, query_shape: Any, memory_shape: Any, memory_mask_shape: Any = None) -> None:
        if self.queries is None and query_shape[-1] != self.units:
            raise ValueError(
                "Multiplicative attention needs as many units as the query has features. "
                f"Got units={self.units}, query {query_shape[-1]}."
            )
        self.keys.build(memory_shape)
        if self.queries is not None:
            self.queries.build(query_shape)
        met_shape = (*query_shape[:-1], self.units)
        self.attend.build([met_shape, memory_shape, (*memory_shape[:-1], self.units)])

    @override
    def call(self, query: Any, memory: Any, memory_mask: Any) -> tuple[Any, Any]:
        query = query if self.queries is None else self.queries(query)
        return self.attend(
            [query, memory, self.keys(memory)],
            mask=[None, memory_mask],
            return_attention_scores=True,
        )

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "score": self.score, "units": self.units}
