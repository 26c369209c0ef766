"""Interpolated Kneser-Ney counts: the language model that needs no training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
class _Level:
    """Counts of one order: token `w` after the context `h` of the order's length minus 1.

    Attributes:
        keys: Sorted `context * vocabulary_size + w` of all seen n-grams, `int64[ngrams]`;
            the place in this array is the n-gram's number.
        counts: How often (highest order), or after how many different tokens (lower
            orders), `int64[ngrams]`.
        totals: Sum of the counts of a context, `int64[contexts]`.
        spared: Sum of the discounts of a context, `float64[contexts]`.
        discounts: Taken off a count of 0, 1, 2, and 3 or more.
    """

    keys: np.ndarray
    counts: np.ndarray
    totals: np.ndarray
    spared: np.ndarray
    discounts: np.ndarray


class KneserNey:
    """An n-gram model with modified, interpolated Kneser-Ney smoothing (Chen and Goodman 1999).

    `P(w | h) = (c(h w) - D(c)) / c(h) + (sum of D over the words after h) / c(h) * P(w | h')`,
    where `h'` is `h` without its first token. Below the highest order, `c(h w)` is the number
    of different tokens that occur before `h w`: "Francisco" is frequent and follows one word
    only, so it is a poor guess elsewhere. Below the lowest order stands the uniform
    distribution. The discounts D of each order follow from the counts of counts.

    Start tokens fill the context at the beginning of an item, and count as its tokens.

    Args:
        order: Length of the longest n-grams, at least 1.
        vocabulary_size: Tokens are 0 to this minus 1.
        start: A token that stands before every item and is never predicted.
        impossible: How many further tokens are never predicted (padding); the uniform
            distribution leaves them and `start` out.

    Raises:
        ValueError: If a number is out of range.

    Example:
        >>> model = KneserNey(2, vocabulary_size=3, start=2).fit([np.array([0, 1, 0, 1])])
        >>> np.exp(model.log_probabilities([np.array([0])])).round(2).tolist()
        [0.83]
    """

    def __init__(
        self, order: int, *, vocabulary_size: int, start: int, impossible: int = 0
    ) -> None:
        if order < 1 or not 0 <= start < vocabulary_size:
            raise ValueError(
                "`order >= 1` and `0 <= start < vocabulary_size` must hold. Got "
                f"order={order}, start={start}, vocabulary_size={vocabulary_size}."
            )
        self.order = order
        self._size = vocabulary_size
        self._start = start
        self._predictable = vocabulary_size - 1 - impossible
        self._levels: list[_Level] = []

    def fit(self, items: Sequence[np.ndarray]) -> Self:
        """Counts the n-grams of the training items.

        Args:
            items: `int[tokens]` each, without the start token; a long text is one item.
        """
        stream, predicted = self._joined(items)
        grams = self._numbered(stream)
        self._levels = []
        for length in range(1, self.order + 1):
            keys, numbers, _ = grams[length]
            counts = np.bincount(numbers[predicted], minlength=len(keys))
            if length < self.order:
                # Each n-gram that is one longer stands for one token before this one.
                first = grams[length + 1][2]
                counts = np.bincount(numbers[first[predicted[first]]], minlength=len(keys))
            self._levels.append(self._level(keys, counts, len(grams[length - 1][0])))
        return self

    def log_probabilities(self, items: Sequence[np.ndarray]) -> np.ndarray:
        """Natural logarithm of each token's probability given those before it in its item.

        Args:
            items: As in `fit`.

        Returns:
            `float64[tokens]`, the items end to end.
        """
        stream, predicted = self._joined(items)
        probabilities = np.full(len(stream), 1.0 / self._predictable)
        contexts = np.zeros(len(stream), np.int64)  # the empty context has number 0
        for level in self._levels:
            numbers = _find(level.keys, contexts, stream, self._size)
            known = contexts >= 0
            context = np.where(known, contexts, 0)
            totals = np.where(known, level.totals[context], 0)
            seen = np.where(numbers >= 0, level.counts[numbers], 0)
            left = np.maximum(seen - level.discounts[np.minimum(seen, 3)], 0.0)
            mixed = (left + level.spared[context] * probabilities) / np.maximum(totals, 1)
            probabilities = np.where(totals > 0, mixed, probabilities)
            # The n-gram that ends one token earlier is the context of the next order.
            contexts = np.concatenate([[-1], numbers[:-1]])
        return np.log(probabilities[predicted])

    def _joined(self, items: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """All items end to end, each behind enough start tokens; and what is predicted."""
        if not len(items) or any(len(item) == 0 for item in items):
            raise ValueError("Counting needs items of at least one token. Got an empty one.")
        pad = max(1, self.order - 1)
        opening = np.full(pad, self._start, np.int64)
        stream = np.concatenate([part for item in items for part in (opening, item)])
        predicted = np.ones(len(stream), bool)
        lengths = np.array([len(item) + pad for item in items])
        begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        predicted[(begins[:, np.newaxis] + np.arange(pad)).reshape(-1)] = False
        return stream.astype(np.int64), predicted

    def _numbered(self, stream: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Keys, number at each place, and first place of the n-grams of each length."""
        nothing = np.zeros(1, np.int64)
        grams = [(nothing, np.zeros(len(stream), np.int64), nothing)]
        for _ in range(self.order):
            before = np.concatenate([[0], grams[-1][1][:-1]])
            keys, first, numbers = np.unique(
                before * self._size + stream, return_index=True, return_inverse=True
            )
            grams.append((keys, numbers.reshape(-1), first))
        return grams

    def _level(self, keys: np.ndarray, counts: np.ndarray, contexts: int) -> _Level:
        often = [int(np.sum(counts == n)) for n in range(1, 5)]
        discounts = _discounts(often)
        context = keys // self._size
        taken = discounts[np.minimum(counts, 3)]
        return _Level(
            keys=keys,
            counts=counts,
            totals=np.bincount(context, weights=counts, minlength=contexts).astype(np.int64),
            spared=np.bincount(context, weights=taken, minlength=contexts),
            discounts=discounts,
        )


def _discounts(often: Sequence[int]) -> np.ndarray:
    """Chen and Goodman's discounts of counts 0, 1, 2 and 3 or more.

    Where a count of counts is 0 they are not defined, or as large as the count; one discount
    for all (Ney et al. 1994) takes their place, or 1/2 where that is undefined as well.
    """
    one, two, three, four = often
    single = one / (one + 2 * two) if one and two else 0.5
    if not (one and two and three):
        return np.array([0.0, single, single, single])
    found = [
        1 - 2 * single * two / one,
        2 - 3 * single * three / two,
        3 - 4 * single * four / three,
    ]
    inside = all(0 < d < n for d, n in zip(found, (1, 2, 3), strict=True))
    return np.array([0.0, *found] if inside else [0.0, single, single, single])


def _find(keys: np.ndarray, contexts: np.ndarray, tokens: np.ndarray, size: int) -> np.ndarray:
    """Numbers of n-grams, -1 for those that training has not seen."""
    wanted = contexts * size + tokens
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((contexts >= 0) & (keys[places] == wanted), places, -1)
