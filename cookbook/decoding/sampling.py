"""Writing sequences token by token: the likeliest one, or a random one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from cookbook.decoding.filters import check_filters, filter_logits, log_softmax


class StepFunction(Protocol):
    """What a search knows of a model.

    1. It reads one token per row, `int[rows]`, and a state, and gives the logits of the
       next token, `float[rows, vocabulary_size]`, and the next state.
    2. The state is an array or a tuple of arrays whose first axis is the row.
    3. Rows do not influence each other, and calling twice gives the same twice.
    """

    def __call__(self, tokens: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        """Reads one token per row."""


@dataclass(frozen=True)
class Decoded:
    """Sequences that a search has written.

    Attributes:
        tokens: `int32[rows, steps]`, the end token included, the padding after it.
        lengths: `int32[rows]`, tokens before the padding.
        log_probabilities: `float64[rows]`, natural logarithm of each sequence's probability
            under the model, the end token included.
    """

    tokens: np.ndarray
    lengths: np.ndarray
    log_probabilities: np.ndarray


def greedy(
    step: StepFunction,
    first_tokens: np.ndarray,
    state: Any,
    *,
    end: int,
    max_length: int,
    padding: int = 0,
) -> Decoded:
    """Takes the likeliest token at every step.

    Args:
        step: The model, see `StepFunction`.
        first_tokens: `int[rows]`, read before the first token is written; not returned.
        state: Where the model starts.
        end: Token that ends a sequence.
        max_length: Largest number of written tokens, the end token included.
        padding: Token written after the end.

    Returns:
        The sequences.

    Raises:
        ValueError: If `max_length` is below 1.

    Example:
        >>> table = np.log([[0.2, 0.7, 0.1], [0.1, 0.2, 0.7], [1.0, 1.0, 1.0]])
        >>> step = lambda tokens, state: (table[tokens], state)
        >>> greedy(step, np.array([0]), (), end=2, max_length=5).tokens.tolist()
        [[1, 2]]
    """
    rules = (end, max_length, padding)
    return _write(step, first_tokens, state, rules, lambda logits: logits.argmax(axis=-1))


def sample(
    step: StepFunction,
    first_tokens: np.ndarray,
    state: Any,
    *,
    end: int,
    max_length: int,
    padding: int = 0,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int = 0,
) -> Decoded:
    """Draws every token from the model's distribution, sharpened and cut as asked.

    Args:
        step: The model, see `StepFunction`.
        first_tokens: `int[rows]`, read before the first token is written; not returned.
        state: Where the model starts.
        end: Token that ends a sequence.
        max_length: Largest number of written tokens, the end token included.
        padding: Token written after the end.
        temperature: See `filter_logits`.
        top_k: See `filter_logits`.
        top_p: See `filter_logits`.
        seed: Same seed, same sequences.

    Returns:
        The sequences; their log-probabilities are the unfiltered model's.

    Raises:
        ValueError: If an argument is outside its range.

    Example:
        >>> step = lambda tokens, state: (np.log([[0.5, 0.5]]).repeat(len(tokens), 0), state)
        >>> drawn = sample(step, np.array([0]), (), end=9, max_length=4, seed=1)
        >>> round(float(drawn.log_probabilities[0] / np.log(2)), 6)
        -4.0
    """
    check_filters(temperature, top_k, top_p)
    generator = np.random.default_rng(seed)

    def draw(logits: np.ndarray) -> np.ndarray:
        logits = filter_logits(logits, temperature=temperature, top_k=top_k, top_p=top_p)
        # The largest of logit plus Gumbel noise is a draw from the softmax.
        return (logits + generator.gumbel(size=logits.shape)).argmax(axis=-1)

    return _write(step, first_tokens, state, (end, max_length, padding), draw)


def _write(
    step: StepFunction,
    tokens: np.ndarray,
    state: Any,
    rules: tuple[int, int, int],
    choose: Callable[[np.ndarray], np.ndarray],
) -> Decoded:
    end, max_length, padding = rules
    check_length(max_length)
    tokens = np.asarray(tokens, "int32")
    rows = np.arange(len(tokens))
    is_open = np.ones(len(tokens), bool)
    lengths = np.zeros(len(tokens), "int32")
    total = np.zeros(len(tokens))
    written: list[np.ndarray] = []
    while len(written) < max_length and is_open.any():
        logits, state = step(tokens, state)
        chosen = np.where(is_open, choose(np.asarray(logits)), padding)
        total += np.where(is_open, log_softmax(logits)[rows, chosen], 0.0)
        lengths += is_open
        written.append(chosen)
        is_open &= chosen != end
        tokens = chosen.astype("int32")
    return Decoded(np.stack(written, axis=1).astype("int32"), lengths, total)


def check_length(max_length: int) -> None:
    """Refuses searches that may write nothing.

    Raises:
        ValueError: If `max_length` is below 1.
    """
    if max_length < 1:
        raise ValueError(f"`max_length` must be at least 1. Got max_length={max_length}.")
