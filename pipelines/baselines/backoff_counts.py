"""How well words follow each other, by counts that a search can ask one word at a time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Self

BACKOFF = 0.4
"""Factor of a shorter context, as Brants et al. (2007) chose it."""

_START, _END = "<start>", "<end>"

Words = tuple[str, ...]


class BackoffCounts:
    """Counts of up to three words with "stupid backoff" (Brants et al. 2007).

    The score of a word is its relative frequency after the two words before it; where the three
    were never seen together, 0.4 times that after one word, and so on. Scores are no
    probabilities, which a search does not need; `KneserNey` has those.

    Example:
        >>> counts = BackoffCounts().fit([["a", "b"], ["a", "c"]])
        >>> round(counts.step(("<start>", "a"), "b")[0], 3), round(counts.end_score(("a", "b")), 3)
        (-0.693, 0.0)
    """

    start: Words = (_START, _START)
    """What stands before the first word."""

    def fit(self, sentences: Sequence[Sequence[str]]) -> Self:
        """Counts.

        Args:
            sentences: Words of each.
        """
        self._counts: Counter[Words] = Counter()
        for sentence in sentences:
            words = (*self.start, *sentence, _END)
            for place in range(2, len(words)):
                for size in (1, 2, 3):
                    self._counts[words[place - size + 1 : place + 1]] += 1
            self._counts.update([self.start, (_START,)])
        self._total = sum(len(sentence) + 1 for sentence in sentences)
        self._known: dict[Words, float] = {}
        return self

    def step(self, last: Words, word: str) -> tuple[float, Words]:
        """Score of a word after two others, in nats, and the two words before the next."""
        key = (*last, word)
        score = self._known.get(key)
        if score is None:
            score = self._known[key] = self._score(key)
        return score, (last[1], word)

    def end_score(self, last: Words) -> float:
        """Score of the end of the sentence after two words, in nats."""
        return self.step(last, _END)[0]

    def _score(self, key: Words) -> float:
        factor = 0.0
        for size in (3, 2):
            part = key[3 - size :]
            if self._counts[part]:
                return factor + math.log(self._counts[part] / self._counts[part[:-1]])
            factor += math.log(BACKOFF)
        return factor + math.log((self._counts[key[2:]] or 0.5) / self._total)
