"""Columns of free text in a table: weighted counts of their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_WORDS = 100
_RARE = 2


@dataclass(frozen=True)
class TextColumn:
    """The words of one column with their weights.

    Attributes:
        name: Name of the raw column.
        words: Words and pairs of words, in the order of the features.
        weights: Inverse document frequency of each (Sparck Jones 1972).
    """

    name: str
    words: tuple[str, ...]
    weights: tuple[float, ...]

    def transform(self, texts: Sequence[str | None]) -> np.ndarray:
        """Weighted counts of a row's words, of length 1, `float64[n, words]`; 0 where none is.

        Example:
            >>> TextColumn("note", ("late", "paid"), (1.0, 2.0)).transform(["paid, paid", None])
            array([[0., 1.],
                   [0., 0.]])
        """
        vectorizer = _vectorizer(vocabulary=list(self.words))
        vectorizer.idf_ = np.asarray(self.weights)
        found: np.ndarray = vectorizer.transform([text or "" for text in texts]).toarray()
        return found

    def to_config(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {"name": self.name, "words": list(self.words), "weights": list(self.weights)}


def fit_texts(name: str, texts: Sequence[str | None]) -> TextColumn | None:
    """Learns the most frequent words and pairs of words of training rows, at most 100.

    Args:
        name: Name of the column.
        texts: Of the training rows.

    Returns:
        The fitted column, or None where there are no words.

    Example:
        >>> fit_texts("note", ["paid late", "paid again", "never paid"]).words
        ('paid',)
    """
    vectorizer = _vectorizer(max_features=MOST_WORDS, min_df=min(_RARE, len(texts)))
    try:
        vectorizer.fit([text or "" for text in texts])
    except ValueError:  # no word in two rows
        return None
    words = tuple(str(word) for word in vectorizer.get_feature_names_out())
    return TextColumn(name, words, tuple(float(weight) for weight in vectorizer.idf_))


def _vectorizer(**options: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, **options)
