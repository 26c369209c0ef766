"""Sequences of different lengths as one matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def pad_sequences(
    sequences: Sequence[Any], *, length: int | None = None, value: int = 0
) -> np.ndarray:
    """Fills sequences up at their end.

    Padding at the end is what lets the recurrent models of the cookbook run without a mask.

    Args:
        sequences: Token numbers of each sequence.
        length: Columns of the result; `None`: the longest sequence.
        value: What fills them up.

    Returns:
        `int32[n, length]`.

    Raises:
        ValueError: If a sequence is longer than `length`.

    Example:
        >>> pad_sequences([[5, 6], [7]]).tolist()
        [[5, 6], [7, 0]]
    """
    longest = max((len(sequence) for sequence in sequences), default=0)
    width = longest if length is None else length
    if longest > width:
        raise ValueError(f"Sequences must fit into length={width}. The longest has {longest}.")
    matrix = np.full((len(sequences), width), value, np.int32)
    for row, sequence in zip(matrix, sequences, strict=True):
        row[: len(sequence)] = sequence
    return matrix


def padding_mask(tokens: np.ndarray, *, value: int = 0) -> np.ndarray:
    """Which tokens are real, `bool` of the same shape.

    Example:
        >>> padding_mask(np.array([[5, 0]])).tolist()
        [[True, False]]
    """
    return np.asarray(tokens) != value


def cut(sequence: list[int], length: int | None, *, keep: str) -> list[int]:
    """A sequence of at most `length` tokens: its first or its last ones.

    Example:
        >>> cut([1, 2, 3], 2, keep="last")
        [2, 3]
    """
    if length is None or len(sequence) <= length:
        return sequence
    return sequence[:length] if keep == "first" else sequence[-length:]
