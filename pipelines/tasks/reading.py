"""Scores every token of a text by a recurrent language model, its state carried along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from cookbook.models.recurrent_steps import carried, state_sizes

# Side by side, a long text is read this many times faster; each part first reads the tokens
# before it, which are not scored, so that its state is warm.
PARTS = 32
WARM_UP = 256
WINDOW = 32


@dataclass(frozen=True)
class TokenScores:
    """What a model thought of each token.

    Attributes:
        nats: `float64[tokens]`, minus the natural logarithm of the token's probability.
        hits: `float64[tokens]`, 1 where the token was the likeliest one, else 0.
    """

    nats: np.ndarray
    hits: np.ndarray


def scoring_model(model: keras.Model) -> tuple[keras.Model, list[int]]:
    """A model that scores tokens and carries its state, with the weights of a language model.

    Args:
        model: Made by `language_model` or `character_network`.

    Returns:
        Tokens `int32[batch, steps]`, their targets, and the states to nats and hits
        `[batch, steps]` and the states behind them; and the units of each state.

    Raises:
        ValueError: If it is no such model.
    """
    ops = keras.ops
    sizes = state_sizes(model)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    targets = keras.Input((None,), dtype="int32", name="targets")
    states = [keras.Input((size,), name=f"state_{i}") for i, size in enumerate(sizes)]
    logits, after = carried(model, tokens, states)
    logits = ops.cast(logits, "float32")
    nats = keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True)
    hits = ops.equal(ops.cast(ops.argmax(logits, axis=-1), "int32"), targets)
    return keras.Model([tokens, targets, *states], [nats, hits, *after]), sizes


def check_text(tokens: np.ndarray) -> None:
    """Refuses a text with nothing to score.

    Args:
        tokens: `int[n]`.

    Raises:
        ValueError: If there are fewer than two, as the first has nothing before it.
    """
    if len(tokens) < 2:
        raise ValueError(f"A text to score needs two tokens. Got {len(tokens)}.")


class TokenReader:
    """A language model that scores the tokens it reads.

    Shares the weights of the model. It reads texts of any length and in batches of any size,
    also where the model was built for one batch size.

    Args:
        model: Made by `language_model` or `character_network`.

    Raises:
        ValueError: If it is no such model.

    Example:
        >>> from cookbook.models.language_models import language_model
        >>> reader = TokenReader(language_model(9, embedding_dim=4, units=(5,)))
        >>> reader.stream(np.array([1, 2, 3, 4])).nats.shape
        (3,)
    """

    def __init__(self, model: keras.Model) -> None:
        self._model, self._sizes = scoring_model(model)

    def stream(self, tokens: np.ndarray) -> TokenScores:
        """Scores one long text.

        Args:
            tokens: `int[n]`, at least 2.

        Returns:
            Scores of `tokens[1:]`, in order: the first token has nothing before it.

        Raises:
            ValueError: If the text is too short.
        """
        check_text(tokens)
        count = len(tokens) - 1
        parts = max(1, min(PARTS, count // (2 * WARM_UP)))
        size = -(-count // parts)
        begins = np.arange(parts)[:, np.newaxis] * size
        places = np.maximum(begins - WARM_UP, 0) + np.arange(size + WARM_UP)
        scored = (places >= begins) & (places < np.minimum(begins + size, count))
        read = np.minimum(places, count - 1)
        scores = self._read(tokens[read], tokens[read + 1])
        # Rows are parts in order, so the mask picks the tokens in the order of the text.
        return TokenScores(scores.nats[scored], scores.hits[scored])

    def items(self, rows: np.ndarray, targets: np.ndarray, *, padding: int = 0) -> TokenScores:
        """Scores items that have nothing to do with each other.

        Args:
            rows: `int[items, steps]`, filled up at their end.
            targets: `int[items, steps]`, one token ahead.
            padding: Targets that are not scored.

        Returns:
            Scores of all other targets, item by item.
        """
        parts = [
            self._read(rows[start : start + 256], targets[start : start + 256])
            for start in range(0, len(rows), 256)
        ]
        real = targets != padding
        nats = np.concatenate([part.nats for part in parts])
        hits = np.concatenate([part.hits for part in parts])
        return TokenScores(nats[real], hits[real])

    def _read(self, tokens: np.ndarray, targets: np.ndarray) -> TokenScores:
        states: list[Any] = [np.zeros((len(tokens), size), "float32") for size in self._sizes]
        nats, hits = [], []
        for start in range(0, tokens.shape[1], WINDOW):
            window = slice(start, start + WINDOW)
            given = [tokens[:, window], targets[:, window], *states]
            read, hit, *states = self._model.predict_on_batch(given)
            nats.append(read)
            hits.append(hit)
        joined = (np.concatenate(part, axis=1).astype(np.float64) for part in (nats, hits))
        return TokenScores(*joined)
