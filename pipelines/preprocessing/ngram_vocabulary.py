"""N-grams of tokens and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from pipelines.preprocessing.base import not_fitted
from pipelines.preprocessing.tokenizer import Tokenizer


class NgramVocabulary:
    """Numbers for the n-grams that occur in enough training texts, up to a length.

    Number 0 is no n-gram. Single tokens come first, then pairs, then triples; within a length
    the tokens are in alphabetical order and longer n-grams by the numbers of their parts. An
    n-gram is the pair (its first n - 1 tokens, its last token), so that the longest ones cost
    two integers each, and only what continues a frequent n-gram is ever counted (Agrawal and
    Srikant 1994).

    Rules:
        1. An n-gram is known only if the one without its last token is, and so is that token.
        2. N-grams never reach over an unknown token or from one text into the next.

    Args:
        tokenizer: How texts are cut; texts cut into characters get a space at either end, so
            that beginnings and ends of words differ from their middles.
        longest: Tokens of the longest n-grams, at least 1.
        max_size: Number of n-grams at most, those of most training texts; `None`: no limit.
        min_frequency: Training texts that an n-gram must occur in, at least 1.

    Raises:
        ValueError: If a limit is out of range.

    Example:
        >>> pairs = NgramVocabulary(longest=2).fit(["not good", "not bad"])
        >>> pairs.ngrams
        ['bad', 'good', 'not', 'not bad', 'not good']
        >>> [row.tolist() for row in pairs.rows(["not not good", "new"])]
        [[2, 3, 5], []]
    """

    def __init__(
        self,
        tokenizer: Tokenizer | None = None,
        *,
        longest: int = 1,
        max_size: int | None = None,
        min_frequency: int = 1,
    ) -> None:
        if longest < 1 or min_frequency < 1 or (max_size is not None and max_size < 1):
            raise ValueError(
                "`longest`, `min_frequency` and `max_size` must be at least 1. Got "
                f"longest={longest}, min_frequency={min_frequency}, max_size={max_size}."
            )
        self.tokenizer = tokenizer or Tokenizer()
        self._longest = longest
        self._max_size = max_size
        self._min_frequency = min_frequency
        self._tokens: list[str] | None = None
        self._numbers: dict[str, int] = {}
        self._longer: list[np.ndarray] = []

    def __len__(self) -> int:
        return len(self._known) + sum(len(keys) for keys in self._longer)

    @property
    def _known(self) -> list[str]:
        if self._tokens is None:
            raise not_fitted(self)
        return self._tokens

    @property
    def ngrams(self) -> list[str]:
        """The n-grams as texts, in the order of their numbers, which begin with 1."""
        texts, join = ["", *self._known], self.tokenizer.join
        for keys in self._longer:
            parts = np.stack(np.divmod(keys, len(self._known) + 1), axis=1)
            # The first part is an n-gram already; joined again it takes the same separator.
            texts += [join([texts[first], texts[last]]) for first, last in parts.tolist()]
        return texts[1:]

    def fit(self, texts: Sequence[str]) -> Self:
        """Counts the training texts that hold each n-gram; it may be that none is frequent."""
        cut = [self._split(text) for text in texts]
        found = sorted({token for tokens in cut for token in tokens})
        self._learn_tokens(found)
        kept, counted = _frequent(*self._numbered(cut), self._min_frequency)
        self._learn_tokens([found[number - 1] for number in kept.tolist()])
        counts = [counted]
        numbers, rows = self._numbered(cut)
        prefixes = numbers
        for length in range(2, self._longest + 1):
            keys = self._keys(prefixes, numbers, length)
            kept, counted = _frequent(keys, rows, self._min_frequency)
            counts.append(counted)
            self._longer.append(kept)
            prefixes = self._looked_up(keys, length)
        self._limit(counts)
        return self

    def _learn_tokens(self, tokens: list[str]) -> None:
        self._tokens, self._longer = tokens, []
        self._numbers = {token: number for number, token in enumerate(tokens, start=1)}

    def _limit(self, counts: list[np.ndarray]) -> None:
        """Keeps the `max_size` n-grams of most texts; of equals the shorter ones."""
        every = np.concatenate(counts)
        if self._max_size is None or len(every) <= self._max_size:
            return
        kept = np.zeros(len(every) + 1, bool)
        # No n-gram is in more texts than its parts, which stand before it: rule 1 is kept.
        kept[1 + np.argsort(-every, kind="stable")[: self._max_size]] = True
        renumbered = np.where(kept, np.cumsum(kept), 0)
        tokens, longer, size = self._known, self._longer, len(self._known) + 1
        self._learn_tokens([token for token, keep in zip(tokens, kept[1:], strict=False) if keep])
        start = size
        for keys in longer:
            first, last = np.divmod(keys[kept[start : start + len(keys)]], size)
            self._longer.append(renumbered[first] * (len(self._known) + 1) + renumbered[last])
            start += len(keys)

    def rows(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The different n-grams of each text, ascending.

        Returns:
            One `int64[ngrams]` per text, in 1 ... `len(vocabulary)`; empty if it has none.

        Raises:
            NotFittedError: Before `fit`.
        """
        size = len(self) + 1
        numbers, row = self._numbered([self._split(text) for text in texts])
        found, prefixes = [numbers], numbers
        for length in range(2, 2 + len(self._longer)):
            prefixes = self._looked_up(self._keys(prefixes, numbers, length), length)
            found.append(prefixes)
        every = np.concatenate([(row * size + part)[part > 0] for part in found])
        rows, ngrams = np.divmod(np.unique(every), size)
        return np.split(ngrams, np.searchsorted(rows, np.arange(1, len(texts)))) if texts else []

    def unknown(self, texts: Sequence[str]) -> list[str]:
        """Tokens that no number stands for, each once, in the order of the texts."""
        found = dict.fromkeys(token for text in texts for token in self._split(text))
        return [token for token in found if token not in self._numbers]

    def _split(self, text: str) -> list[str]:
        tokens = self.tokenizer.split(text)
        return [" ", *tokens, " "] if self.tokenizer.kind == "character" else tokens

    def _numbered(self, cut: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
        """All tokens end to end with a 0 behind each text, and the text that each is of."""
        lookup = self._numbers.get
        _ = self._known
        flat = [number for tokens in cut for number in (*(lookup(t, 0) for t in tokens), 0)]
        lengths = [len(tokens) + 1 for tokens in cut]
        return np.array(flat, np.int64), np.repeat(np.arange(len(cut)), lengths)

    def _keys(self, prefixes: np.ndarray, numbers: np.ndarray, length: int) -> np.ndarray:
        """Key of the n-gram that begins at each place, 0 where a part of it is unknown."""
        last = np.zeros_like(numbers)
        last[: 1 - length] = numbers[length - 1 :]
        return np.where((prefixes > 0) & (last > 0), prefixes * (len(self._known) + 1) + last, 0)

    def _looked_up(self, keys: np.ndarray, length: int) -> np.ndarray:
        """Numbers of the n-grams of one length, 0 for unknown ones."""
        known = self._longer[length - 2]
        if not len(known):
            return np.zeros_like(keys)
        start = len(self._known) + 1 + sum(len(part) for part in self._longer[: length - 2])
        places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[places] == keys, places + start, 0)

    def to_config(self) -> dict[str, Any]:
        """Tokens, the parts of longer n-grams, and how texts are cut."""
        return {
            "tokenizer": self.tokenizer.to_config(),
            "tokens": self._known,
            "longer": [keys.tolist() for keys in self._longer],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it; the limits of the fit are spent and not kept."""
        made = cls(Tokenizer.from_config(config["tokenizer"]), longest=1 + len(config["longer"]))
        made._learn_tokens(list(config["tokens"]))
        made._longer = [np.array(keys, np.int64) for keys in config["longer"]]
        return made


def _frequent(keys: np.ndarray, rows: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """The keys that occur in at least `least` rows, ascending, and in how many.

    Example:
        >>> found = _frequent(np.array([7, 7, 5, 7, 0]), np.array([0, 0, 0, 1, 1]), 2)
        >>> [part.tolist() for part in found]
        [[7], [2]]
    """
    known = keys > 0
    found, places = np.unique(keys[known], return_inverse=True)
    pairs = np.unique(rows[known] * (len(found) + 1) + places)
    counts = np.bincount(pairs % (len(found) + 1), minlength=len(found))
    return found[counts >= least], counts[counts >= least]
