"""Pairs of sentences for translation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from pipelines.preprocessing.base import Preprocessing
from pipelines.preprocessing.language import until
from pipelines.preprocessing.padding import cut, pad_sequences
from pipelines.preprocessing.tokenizer import Tokenizer
from pipelines.preprocessing.vocabulary import END, PADDING, START, UNKNOWN, Vocabulary

SPECIALS = (PADDING, UNKNOWN, START, END)


class PairPreprocessor(Preprocessing):
    """Numbers source and target sentences, each side with its own vocabulary.

    A source is `tokens <end>`, a target `<start> tokens <end>`; both are padded with 0.

    Args:
        tokenizer: How both sides are cut; words in small letters by default.
        max_size: Tokens per side at most, besides the special ones.
        min_frequency: Rarer tokens become unknown.
        max_length: Longer sentences are cut to so many tokens, special ones not counted.

    Raises:
        ValueError: If a limit is out of range.

    Example:
        >>> pairs = PairPreprocessor().fit(["I am.", "Go."], ["Je suis.", "Va."])
        >>> pairs.transform(["I go."]).tolist()
        [[7, 6, 4, 3]]
        >>> (source, target), shifted = pairs.transform_pairs(["Go."], ["Va."])
        >>> target.tolist(), shifted.tolist()
        ([[2, 7, 4]], [[7, 4, 3]])
        >>> pairs.decode(shifted)
        ['va .']
    """

    name: ClassVar[str] = "pairs"

    def __init__(
        self,
        tokenizer: Tokenizer | None = None,
        *,
        max_size: int | None = None,
        min_frequency: int = 1,
        max_length: int | None = None,
    ) -> None:
        if max_length is not None and max_length < 1:
            raise ValueError(f"`max_length >= 1` must hold. Got max_length={max_length}.")
        tokenizer = tokenizer or Tokenizer(lowercase=True)
        self.source, self.target = (
            Vocabulary(tokenizer, max_size=max_size, min_frequency=min_frequency, specials=SPECIALS)
            for _ in range(2)
        )
        self.max_length = max_length

    @property
    def start_id(self) -> int:
        """Number of `<start>`, the decoder's first input."""
        return SPECIALS.index(START)

    @property
    def end_id(self) -> int:
        """Number of `<end>`, where a translation ends."""
        return SPECIALS.index(END)

    def fit(self, x: Any, y: Any = None) -> Self:
        """Learns both vocabularies.

        Args:
            x: Source sentences of the training pairs.
            y: Their targets.

        Raises:
            ValueError: If there are no targets, or not one for each source.
        """
        _same_length(x, y)
        self.source.fit(x)
        self.target.fit(y)
        return self

    def transform(self, x: Sequence[str]) -> np.ndarray:
        """Source sentences as `int32[n, tokens]`."""
        return pad_sequences([[*row, self.end_id] for row in self._encode(self.source, x)])

    def sequences(
        self, x: Sequence[str], y: Sequence[str]
    ) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Pairs with their special tokens, not padded, for `pair_batches`.

        Returns:
            `(sources, targets)`, one `int32[tokens]` per sentence.

        Raises:
            ValueError: If there are not as many targets as sources, or a sentence is empty.
        """
        _same_length(x, y)
        sources = [[*row, self.end_id] for row in self._encode(self.source, x)]
        targets = [[self.start_id, *row, self.end_id] for row in self._encode(self.target, y)]
        return [np.array(r, np.int32) for r in sources], [np.array(r, np.int32) for r in targets]

    def transform_pairs(
        self, x: Sequence[str], y: Sequence[str]
    ) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Pairs for training with shifted targets.

        Args:
            x: Source sentences.
            y: Target sentences.

        Returns:
            `((source int32[n, sources], target int32[n, targets]), shifted int32[n, targets])`:
            the decoder is fed `target` (from `<start>` on) and learns `shifted` (up to `<end>`).

        Raises:
            ValueError: If there are not as many targets as sources, or a sentence is empty.
        """
        sources, targets = self.sequences(x, y)
        inputs = pad_sequences([row[:-1] for row in targets])
        return (pad_sequences(sources), inputs), pad_sequences([row[1:] for row in targets])

    def _encode(self, vocabulary: Vocabulary, texts: Sequence[str]) -> list[list[int]]:
        rows = [cut(vocabulary.encode(text), self.max_length, keep="first") for text in texts]
        for number, row in enumerate(rows):
            if not row:
                raise ValueError(
                    f"A sentence must hold at least one token. Sentence {number} is "
                    f"{texts[number]!r:.60}: leave the pair out."
                )
        return rows

    def decode(self, rows: Any) -> list[str]:
        """Target texts of rows of token numbers, each up to its first `<end>`."""
        return [self.target.decode(until(row, self.end_id)) for row in rows]

    def to_config(self) -> dict[str, Any]:
        """Both vocabularies."""
        return {
            "name": self.name,
            "source": self.source.to_config(),
            "target": self.target.to_config(),
            "max_length": self.max_length,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it."""
        tokenizer = Tokenizer.from_config(config["source"]["tokenizer"])
        size = 256 if tokenizer.kind == "subword" else None
        made = cls(tokenizer, max_size=size, max_length=config["max_length"])
        made.source = Vocabulary.from_config(config["source"])
        made.target = Vocabulary.from_config(config["target"])
        return made


def _same_length(x: Any, y: Any) -> None:
    if y is None or len(x) != len(y):
        targets = "none" if y is None else str(len(y))
        raise ValueError(f"Every source needs its target. Got {len(x)} sources, {targets} targets.")
