"""Beam search: the likeliest sequences that a few open candidates lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from cookbook.decoding.filters import log_softmax
from cookbook.decoding.sampling import Decoded, StepFunction, check_length


@dataclass(frozen=True)
class Beams:
    """Candidates of a beam search, best first.

    Attributes:
        tokens: `int32[rows, width, steps]`, the end token included, the padding after it.
        lengths: `int32[rows, width]`, tokens before the padding.
        log_probabilities: `float64[rows, width]`; minus infinity where there are fewer
            sequences than the beam is wide.
        scores: `float64[rows, width]`, log-probabilities over the length penalty.
    """

    tokens: np.ndarray
    lengths: np.ndarray
    log_probabilities: np.ndarray
    scores: np.ndarray

    def best(self) -> Decoded:
        """Gives the best candidate of each row."""
        return Decoded(self.tokens[:, 0], self.lengths[:, 0], self.log_probabilities[:, 0])


def length_penalty(lengths: np.ndarray, alpha: float) -> np.ndarray:
    """Computes `((5 + length) / 6) ** alpha` (Wu et al. 2016, equation 14).

    Args:
        lengths: Tokens of each candidate.
        alpha: 0 ranks by probability, which favours short sequences; 1 nearly ranks by
            the mean per token.

    Returns:
        `float64` of the same shape, the divisor of the log-probability.

    Example:
        >>> length_penalty(np.array([1, 7]), 1.0).tolist()
        [1.0, 2.0]
    """
    return ((5.0 + lengths) / 6.0) ** alpha


def beam_search(
    step: StepFunction,
    first_tokens: np.ndarray,
    state: Any,
    *,
    end: int,
    max_length: int,
    width: int = 4,
    alpha: float = 0.0,
    padding: int = 0,
) -> Beams:
    """Keeps the `width` best candidates of each row at every step.

    Finished candidates stay in the beam and compete with the open ones. With a width of at
    least the number of possible prefixes the search is exhaustive; with width 1 it is
    greedy. All rows and candidates go through the model in one batch.

    Args:
        step: The model, see `StepFunction`.
        first_tokens: `int[rows]`, read before the first token is written; not returned.
        state: Where the model starts, one row per row of `first_tokens`.
        end: Token that ends a sequence.
        max_length: Largest number of written tokens, the end token included.
        width: Candidates per row, at least 1.
        alpha: Exponent of the length penalty, at least 0; see `length_penalty`.
        padding: Token written after the end.

    Returns:
        The candidates, best score first.

    Raises:
        ValueError: If an argument is outside its range.

    Example:
        >>> table = np.log([[0.1, 0.5, 0.4], [0.4, 0.3, 0.3], [1.0, 1.0, 1.0]])
        >>> step = lambda tokens, state: (table[tokens], state)
        >>> beams = beam_search(step, np.array([0]), (), end=2, max_length=2, width=3)
        >>> beams.best().tokens.tolist()
        [[2, 0]]
    """
    check_length(max_length)
    if width < 1 or alpha < 0:
        raise ValueError(
            f"`width >= 1` and `alpha >= 0` must hold. Got width={width}, alpha={alpha}."
        )
    rows = len(first_tokens)
    beam = _Beam(rows, width, end, padding)
    tokens = np.repeat(np.asarray(first_tokens, "int32"), width)
    state = keras.tree.map_structure(lambda x: np.repeat(x, width, axis=0), state)
    for _ in range(max_length):
        logits, state = step(tokens, state)
        parents, tokens = beam.extend(log_softmax(logits), alpha)
        if not beam.is_open.any():
            break
        state = keras.tree.map_structure(lambda x: x[parents], state)  # noqa: B023 - used at once
    return beam.ranked(alpha)


class _Beam:
    """The candidates so far: `[rows, width]` arrays, and the written tokens."""

    def __init__(self, rows: int, width: int, end: int, padding: int) -> None:
        self.end, self.padding = end, padding
        self.tokens = np.zeros((rows, width, 0), "int32")
        self.lengths = np.zeros((rows, width), "int32")
        # All candidates start equal, so only the first may grow at the first step.
        self.log_probabilities = np.full((rows, width), -np.inf)
        self.log_probabilities[:, 0] = 0.0
        self.is_open = np.isfinite(self.log_probabilities)

    def extend(self, next_log: np.ndarray, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        rows, width = self.lengths.shape
        size = next_log.shape[-1]
        grown = self.log_probabilities[:, :, None] + next_log.reshape(rows, width, size)
        # A closed candidate has one continuation, the padding, which costs nothing.
        closed = np.full_like(grown, -np.inf)
        closed[:, :, self.padding] = self.log_probabilities
        totals = np.where(self.is_open[:, :, None], grown, closed)
        lengths = self.lengths + self.is_open
        scores = totals / length_penalty(lengths, alpha)[:, :, None]
        picks = _largest(scores.reshape(rows, -1), width)
        origin, chosen = picks // size, picks % size
        row = np.arange(rows)[:, None]
        was_open = self.is_open[row, origin]
        self.log_probabilities = totals.reshape(rows, -1)[row, picks]
        self.lengths = lengths[row, origin]
        self.tokens = np.concatenate([self.tokens[row, origin], chosen[:, :, None]], axis=2)
        alive = np.isfinite(self.log_probabilities)
        self.is_open = was_open & (chosen != self.end) & alive
        return (row * width + origin).ravel(), chosen.ravel().astype("int32")

    def ranked(self, alpha: float) -> Beams:
        scores = self.log_probabilities / length_penalty(self.lengths, alpha)
        order = np.argsort(-scores, axis=1, kind="stable")
        row = np.arange(len(order))[:, None]
        return Beams(
            self.tokens[row, order].astype("int32"),
            self.lengths[row, order],
            self.log_probabilities[row, order],
            scores[row, order],
        )


def _largest(scores: np.ndarray, count: int) -> np.ndarray:
    """Places of the largest scores of each row, best first, of equal ones the first places."""
    scores = np.where(np.isnan(scores), -np.inf, scores)  # of a model that diverged
    count = min(count, scores.shape[1])
    least = -np.partition(-scores, count - 1, axis=1)[:, count - 1]
    picks = np.empty((len(scores), count), np.int64)
    for pick, row, bound in zip(picks, scores, least, strict=True):
        # Not those of the partition: which of equal scores it takes depends on the processor.
        found = np.flatnonzero(row >= bound)
        pick[:] = found[np.argsort(-row[found], kind="stable")[:count]]
    return picks
