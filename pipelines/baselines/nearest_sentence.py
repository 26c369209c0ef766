"""Translation by looking up the most similar sentence that was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Self

import numpy as np

_CHUNK = 512


class NearestSentence:
    """Answers with the most frequent translation of the nearest training sentence.

    Sentences are compared by the cosine of their TF-IDF vectors over words and pairs of words.
    A translator that learned nothing but its training sentences does as well.

    Args:
        split: Cuts a sentence into tokens.

    Example:
        >>> nearest = NearestSentence(str.split).fit(["he is old", "go"], ["il est vieux", "va"])
        >>> nearest.translate(["she is old", "please go"])
        ['il est vieux', 'va']
    """

    def __init__(self, split: Callable[[str], list[str]]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(
            tokenizer=split, token_pattern=None, lowercase=False, ngram_range=(1, 2)
        )

    def fit(self, x: Sequence[str], y: Sequence[str]) -> Self:
        """Remembers pairs.

        Args:
            x: Source sentences.
            y: Their targets.
        """
        targets: dict[str, Counter[str]] = {}
        for source, target in zip(x, y, strict=True):
            targets.setdefault(source, Counter())[target] += 1
        self._answers = [counts.most_common(1)[0][0] for counts in targets.values()]
        self._seen = self._vectorizer.fit_transform(list(targets)).T.tocsr()
        return self

    def translate(self, x: Sequence[str]) -> list[str]:
        """The answers to sentences; one that shares no word with any gets the first answer."""
        found: list[str] = []
        for start in range(0, len(x), _CHUNK):
            vectors = self._vectorizer.transform(x[start : start + _CHUNK])
            best = np.asarray((vectors @ self._seen).argmax(axis=1)).ravel()
            found += [self._answers[row] for row in best]
        return found
