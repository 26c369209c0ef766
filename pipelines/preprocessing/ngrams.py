"""Texts as the sets of their n-grams, for classification by a bag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from pipelines.preprocessing.base import Preprocessing, not_fitted
from pipelines.preprocessing.ngram_vocabulary import NgramVocabulary
from pipelines.preprocessing.padding import pad_sequences


class NgramPreprocessor(Preprocessing):
    """Texts as the numbers of the different n-grams in them, padded with 0 at the end.

    How often an n-gram stands in a text is not kept: in bags of words presence says more than
    counts (Wang and Manning 2012, section 2). A text without a known n-gram is padding alone.

    Args:
        *parts: Vocabularies that are not fitted yet, at least one; their n-grams are numbered one
            after the other. Words and characters together read texts of any length.

    Raises:
        ValueError: If there is no vocabulary.

    Example:
        >>> bag = NgramPreprocessor(NgramVocabulary(longest=2)).fit(["not good", "not bad"])
        >>> bag.transform(["not good", "bad, bad film"]).tolist()
        [[2, 3, 5], [1, 0, 0]]
    """

    name: ClassVar[str] = "ngrams"

    def __init__(self, *parts: NgramVocabulary) -> None:
        if not parts:
            raise ValueError("A bag takes n-grams of words, of characters or both. Got neither.")
        self.parts = parts
        self._fitted = False

    @property
    def size(self) -> int:
        """Number of different numbers, 0 for padding included."""
        return 1 + sum(len(part) for part in self.parts)

    def fit(self, x: Any, y: Any = None) -> Self:
        """Learns the n-grams of training texts.

        Args:
            x: The texts.
            y: Ignored.

        Raises:
            ValueError: If no n-gram is frequent enough in any of the vocabularies.
        """
        for part in self.parts:
            part.fit(x)
        if self.size == 1:
            raise ValueError(
                "An n-gram must occur in `min_frequency` training texts at least. Got none that "
                f"does among {len(x)} texts: take a smaller one, or n-grams of characters."
            )
        self._fitted = True
        return self

    def sequences(self, x: Sequence[str]) -> list[np.ndarray]:
        """Numbers of the n-grams of each text, not padded, for `text_batches`.

        Returns:
            One ascending `int32[ngrams]` per text; `[0]` for a text without a known one.

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If `x` is one text instead of a list.
        """
        if not self._fitted:
            raise not_fitted(self)
        if isinstance(x, str):
            raise ValueError(f"A list of texts is expected. Got one text, {x!r:.40}: wrap it.")
        found, start = [], 0
        for part in self.parts:
            found.append([start + row for row in part.rows(x)])
            start += len(part)
        joined = (np.concatenate(rows) for rows in zip(*found, strict=True))
        return [np.asarray(row if len(row) else [0], np.int32) for row in joined]

    def unknown_words(self, x: Sequence[str]) -> list[str]:
        """Words of texts that the training texts did not have (often enough), each once."""
        words = (part for part in self.parts if part.tokenizer.kind == "word")
        return next((part.unknown(x) for part in words), [])

    def transform(self, x: Sequence[str]) -> np.ndarray:
        """Texts as `int32[n, ngrams]`, as wide as the text of these with most n-grams."""
        return pad_sequences(self.sequences(x))

    def to_config(self) -> dict[str, Any]:
        """The vocabularies."""
        if not self._fitted:
            raise not_fitted(self)
        return {"name": self.name, "parts": [part.to_config() for part in self.parts]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it."""
        made = cls(*(NgramVocabulary.from_config(part) for part in config["parts"]))
        made._fitted = True
        return made


def log_count_ratios(
    rows: Sequence[np.ndarray], y: Any, *, size: int, classes: int, smoothing: float = 1.0
) -> np.ndarray:
    """Naive Bayes' evidence of each n-gram for each class against all the others.

    With `f_ic` the texts of class c that hold n-gram i and `a` the smoothing, it is

        r_ic = log (f_ic + a) / sum_j (f_jc + a)  -  log (f_i' + a) / sum_j (f_j' + a)

    where f_i' counts the texts of all other classes (Wang and Manning 2012, equation 2). Of two
    classes the columns are each other's negative.

    Args:
        rows: Different numbers of each training text, 0 for none, `int[ngrams]` each.
        y: Their classes, `int[texts]`.
        size: Number of numbers, 0 included.
        classes: Number of classes, at least 2.
        smoothing: Texts added to each count, > 0.

    Returns:
        `float32[size, classes]` in nats; row 0 is 0.

    Example:
        >>> rows = [np.array([1, 2]), np.array([2])]
        >>> log_count_ratios(rows, [0, 1], size=3, classes=2)[:, 1].round(2)
        array([ 0.  , -0.41,  0.29], dtype=float32)
    """
    lengths = [len(row) for row in rows]
    pairs = np.concatenate(rows).astype(np.int64) * classes + np.repeat(np.asarray(y), lengths)
    counts = np.bincount(pairs, minlength=size * classes).reshape(size, classes)[1:]
    here, elsewhere = counts + smoothing, counts.sum(1, keepdims=True) - counts + smoothing
    ratios = np.log(here / here.sum(0)) - np.log(elsewhere / elsewhere.sum(0))
    return np.concatenate([np.zeros((1, classes)), ratios]).astype(np.float32)
