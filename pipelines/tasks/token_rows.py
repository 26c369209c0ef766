"""Rows of scored tokens, over which the interval of a language model's score is drawn."""

from __future__ import annotations

import numpy as np

from pipelines.tasks.reading import TokenScores

ROW = 128
"""Tokens of a row of running text: neighbours are alike, so a token is no draw of its own."""


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
        rows: As `score_rows` gives them; counts have NaN for right guesses, and no accuracy.

    Returns:
        `loss` in nats per token, `perplexity` and `accuracy`.

    Example:
        >>> measure_rows(np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 2.0]]))["loss"]
        0.75
    """
    nats, hits, tokens = rows.sum(axis=0)
    measured = loss_and_perplexity(nats / tokens)
    return measured if np.isnan(hits) else {**measured, "accuracy": float(hits / tokens)}


def loss_and_perplexity(loss: float, *, prefix: str = "") -> dict[str, float]:
    """A loss in nats per token, and the perplexity that it means.

    Args:
        loss: In nats per token.
        prefix: Before both names.
    """
    return {f"{prefix}loss": float(loss), f"{prefix}perplexity": float(np.exp(min(loss, 700.0)))}
