"""Rows of scored tokens, over which the interval of a language model's score is drawn."""

from __future__ import annotations

import numpy as np

from pipelines.tasks.reading import TokenScores

ROW = 128
"""Tokens of a row of running text: neighbours are alike, so a token is no draw of its own."""


def stream_starts(tokens: int) -> np.ndarray:
    """Where the rows of a running text begin.

    Args:
        tokens: How many are scored, at least 1.
    """
    return np.arange(0, tokens, ROW)


def score_rows(scores: TokenScores, starts: np.ndarray) -> np.ndarray:
    """Sums of each row.

    Args:
        scores: Of all tokens, row by row.
        starts: Where each row begins.

    Returns:
        Nats, right guesses and tokens, `float64[rows, 3]`.

    Example:
        >>> scores = TokenScores(np.array([2.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0]))
        >>> score_rows(scores, np.array([0, 1])).tolist()
        [[2.0, 0.0, 1.0], [2.0, 2.0, 2.0]]
    """
    columns = (scores.nats, scores.hits, np.ones(len(scores.nats)))
    return np.stack([np.add.reduceat(column, starts) for column in columns], axis=1)


def measure_rows(rows: np.ndarray) -> dict[str, float]:
    """Loss, perplexity and accuracy of all tokens.

    Args:
        rows: As `score_rows` gives them; counts have NaN for right guesses, and no accuracy. A
            fourth column has the nats of a model that goes on learning.

    Returns:
        `loss` in nats per token, and of a fourth column `dynamic_loss`; and their perplexities.

    Example:
        >>> measure_rows(np.array([[0.0, 1.0, 2.0, 4.0]]))["dynamic_loss"]
        2.0
    """
    nats, hits, tokens, *dynamic = rows.sum(axis=0)
    measured = _loss_and_perplexity(nats / tokens)
    if not np.isnan(hits):
        measured["accuracy"] = float(hits / tokens)
    for total in dynamic:
        measured |= _loss_and_perplexity(total / tokens, prefix="dynamic_")
    return measured


def _loss_and_perplexity(loss: float, *, prefix: str = "") -> dict[str, float]:
    return {f"{prefix}loss": float(loss), f"{prefix}perplexity": float(np.exp(min(loss, 700.0)))}
