"""Word vectors that shrink with the rarity of the word, for the input and for the softmax."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import keras
from typing_extensions import override

from cookbook._checks import check_count


@keras.saving.register_keras_serializable(package="cookbook")
class AdaptiveEmbedding(keras.layers.Layer):
    r"""Embeds tokens that are numbered by falling frequency, and scores them from a state.

    Clusters: the tokens below the first cutoff (the head) have vectors of `output_dim` numbers, and
    those of each later cluster a `factor`-th of the one before, brought to `output_dim` by a matrix
    (adaptive input representations: Baevski and Auli 2019, arXiv:1809.10853). The same vectors
    score the next token in two steps (adaptive softmax: Grave et al. 2017, arXiv:1609.04309), for
    a token `w` of the tail cluster `c` and the state `h`:

        log p(w) = log softmax([head; clusters] h)_c + log softmax(table_c (map_c h))_w

    It is a normalised distribution over all tokens. A training step pays for a tail cluster by
    the tokens of the batch that are in it: of 33,278 words most steps score 3,000.

    Args:
        vocabulary_size: Number of token ids.
        output_dim: Size of a vector.
        cutoffs: First id of each tail cluster, rising, between 1 and `vocabulary_size - 1`.
        factor: By how much vectors shrink from cluster to cluster, at least 1.
        **options: Keras' layer options, for example `name`.

    Raises:
        ValueError: If the cutoffs are empty, do not rise, or leave a cluster without tokens.

    Example:
        >>> layer = AdaptiveEmbedding(100, 16, cutoffs=(10, 40))
        >>> states = layer(keras.ops.array([[3, 50]]))
        >>> states.shape == (1, 2, 16)
        True
        >>> probabilities = keras.ops.exp(layer(states, reverse=True))
        >>> probabilities.shape == (1, 2, 100), round(float(keras.ops.sum(probabilities)), 4)
        (True, 2.0)
    """

    def __init__(
        self,
        vocabulary_size: int,
        output_dim: int,
        *,
        cutoffs: Sequence[int],
        factor: int = 4,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.input_dim = check_count("vocabulary_size", vocabulary_size, least=2)
        self.output_dim = check_count("output_dim", output_dim)
        self.factor = check_count("factor", factor)
        self.cutoffs = _check_cutoffs(cutoffs, vocabulary_size)
        # How many tokens of a batch a cluster has is not known when XLA compiles.
        self.supports_jit = False

    @property
    def clusters(self) -> list[tuple[int, int]]:
        """First id and the one behind the last of the head and of each tail cluster."""
        return list(itertools.pairwise((0, *self.cutoffs, self.input_dim)))

    @override
    def build(self, input_shape: Any = None) -> None:
        self.tables, self.maps = [], []
        for index, (first, stop) in enumerate(self.clusters):
            size = max(1, self.output_dim // self.factor**index)
            shape = (stop - first, size)
            self.tables.append(
                self.add_weight(name=f"table{index}", shape=shape, initializer="uniform")
            )
            if index:
                shape = (size, self.output_dim)
                self.maps.append(self.add_weight(name=f"map{index}", shape=shape))
        shape = (len(self.cutoffs), self.output_dim)
        self.cluster_vectors = self.add_weight(name="clusters", shape=shape, initializer="uniform")

    @override
    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Vectors of tokens; in reverse the logarithms of all tokens' probabilities.

        Args:
            inputs: `int[..., steps]`; in reverse states, `float[..., output_dim]`.
            reverse: Whether to score.

        Returns:
            `float[..., steps, output_dim]`; in reverse `float[..., vocabulary_size]`.
        """
        return self._log_probabilities(inputs) if reverse else self._vectors(inputs)

    @override
    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> keras.KerasTensor:
        shape = tuple(inputs.shape)
        shape = (*shape[:-1], self.input_dim) if reverse else (*shape, self.output_dim)
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def nats(self, states: Any, targets: Any) -> Any:
        """Minus the logarithms of the targets' probabilities, at a part of the cost of all.

        Args:
            states: `float[tokens, output_dim]`.
            targets: `int[tokens]`.

        Returns:
            `float[tokens]`.
        """
        ops = keras.ops
        states = ops.cast(states, self.compute_dtype)
        nearest = self._nearest(targets)
        found = ops.sparse_categorical_crossentropy(nearest, self.head(states), from_logits=True)
        for index, (first, stop) in enumerate(self.clusters[1:]):
            inside = _inside(targets, first, stop)
            rows = _rows(inside)
            own = ops.sparse_categorical_crossentropy(
                ops.clip(ops.take(targets, rows) - first, 0, stop - first - 1),
                self._tail(ops.take(states, rows, axis=0), index),
                from_logits=True,
            )
            own = ops.where(ops.take(inside, rows), own, 0.0)
            found = ops.scatter_update(found, rows[:, None], ops.take(found, rows) + own)
        return found

    def head(self, states: Any) -> Any:
        """Logits of the head's tokens, then of the tail clusters."""
        vectors = keras.ops.concatenate([self.tables[0], self.cluster_vectors], axis=0)
        return keras.ops.matmul(states, keras.ops.transpose(vectors))

    def _nearest(self, targets: Any) -> Any:
        """The place among the logits of `head` of each token or of its cluster."""
        places = targets
        for index, (first, stop) in enumerate(self.clusters[1:]):
            inside = _inside(targets, first, stop)
            places = keras.ops.where(inside, self.cutoffs[0] + index, places)
        return places

    def _tail(self, states: Any, index: int) -> Any:
        mapped = keras.ops.matmul(states, keras.ops.transpose(self.maps[index]))
        return keras.ops.matmul(mapped, keras.ops.transpose(self.tables[index + 1]))

    def _vectors(self, tokens: Any) -> Any:
        ops = keras.ops
        tokens = ops.cast(tokens, "int32")
        found: Any = 0.0
        for index, (first, stop) in enumerate(self.clusters):
            inside = _inside(tokens, first, stop)
            vectors = ops.take(self.tables[index], ops.where(inside, tokens - first, 0), axis=0)
            if index:
                vectors = ops.matmul(vectors, self.maps[index - 1])
            found += ops.where(inside[..., None], vectors, 0.0)
        return found

    def _log_probabilities(self, states: Any) -> Any:
        ops = keras.ops
        states = ops.cast(states, self.compute_dtype)
        head = ops.log_softmax(self.head(states), axis=-1)
        size = self.cutoffs[0]
        parts = [head[..., :size]]
        for index in range(len(self.cutoffs)):
            own = ops.log_softmax(self._tail(states, index), axis=-1)
            parts.append(own + head[..., size + index : size + index + 1])
        return ops.concatenate(parts, axis=-1)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "vocabulary_size": self.input_dim,
            "output_dim": self.output_dim,
            "cutoffs": list(self.cutoffs),
            "factor": self.factor,
        }


def _check_cutoffs(cutoffs: Sequence[int], size: int) -> tuple[int, ...]:
    found = tuple(cutoffs)
    rising = all(a < b for a, b in itertools.pairwise((0, *found, size)))
    if not found or not all(type(cutoff) is int for cutoff in found) or not rising:
        raise ValueError(
            "Cutoffs are whole numbers that rise between 0 and the size of the vocabulary, which "
            f"is {size}. Got {found}."
        )
    return found


def _inside(tokens: Any, first: int, stop: int) -> Any:
    return keras.ops.logical_and(tokens >= first, tokens < stop)


def _rows(inside: Any) -> Any:
    """Numbers of the rows inside; JAX compiles for fixed shapes, so there it is all rows."""
    if keras.backend.backend() == "jax":
        return keras.ops.arange(inside.shape[0])
    return keras.ops.nonzero(inside)[0]
