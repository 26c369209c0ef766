"""Text for language models: one stream, or items with a start and an end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from cookbook._names import unknown_name
from pipelines.preprocessing.base import Preprocessing
from pipelines.preprocessing.padding import pad_sequences
from pipelines.preprocessing.tokenizer import Tokenizer
from pipelines.preprocessing.vocabulary import END, PADDING, START, UNKNOWN, Vocabulary

LAYOUTS = ("stream", "items")


class LanguagePreprocessor(Preprocessing):
    """Numbers the tokens of a text that a model learns to continue.

    Layout `"stream"`: one long row of tokens, cut into windows by `language_model_windows`. A
    list of items (the lines of a corpus) is joined, with `<end>` behind each item if the
    vocabulary has it. Layout `"items"`: each item (a name) is a row
    `<start> tokens <end> <pad> ...`; the model sees `row[:-1]` and learns `row[1:]`.

    Args:
        vocabulary: Not fitted yet. By default characters, with the special tokens that the
            layout needs.
        layout: `"stream"` or `"items"`.

    Raises:
        ValueError: If the layout is unknown or lacks special tokens.

    Example:
        >>> stream = LanguagePreprocessor().fit("abab")
        >>> stream.transform("aba").tolist()
        [1, 2, 1]
        >>> names = LanguagePreprocessor(layout="items").fit(["ann", "bo"])
        >>> names.transform(["bo"]).tolist(), names.decode([[2, 5, 3, 0]])
        ([[2, 6, 7, 3]], ['a'])
    """

    name: ClassVar[str] = "language"

    def __init__(self, vocabulary: Vocabulary | None = None, *, layout: str = "stream") -> None:
        if layout not in LAYOUTS:
            raise ValueError(unknown_name("layout", layout, LAYOUTS))
        items = layout == "items"
        needed = (PADDING, UNKNOWN, START, END) if items else (UNKNOWN,)
        if vocabulary is None:
            vocabulary = Vocabulary(Tokenizer(kind="character"), specials=needed)
        self.vocabulary = vocabulary
        self.layout = layout
        missing = [t for t in (PADDING, START, END) if self.vocabulary.special(t) is None]
        if items and (missing or self.vocabulary.special(PADDING) != 0):
            raise ValueError(
                f"Items need {PADDING} (first), {START} and {END} among the special tokens. Got "
                f"{list(self.vocabulary.specials)}."
            )

    def fit(self, x: Any, y: Any = None) -> Self:
        """Learns the vocabulary of the training text.

        Args:
            x: One text, or a list of items.
            y: Ignored.
        """
        self.vocabulary.fit(x)
        return self

    def transform(self, x: str | Sequence[str]) -> np.ndarray:
        """Text as token numbers.

        Args:
            x: One text, or a list of items.

        Returns:
            `int32[tokens]` for a stream, `int32[items, longest + 2]` for items.

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If an item of the layout `"items"` is empty.
        """
        items = [x] if isinstance(x, str) else list(x)
        rows = [self.vocabulary.encode(item) for item in items]
        end = self.vocabulary.special(END)
        if self.layout == "stream":
            closed = not isinstance(x, str) and end is not None
            return np.array([n for row in rows for n in ([*row, end] if closed else row)], np.int32)
        for number, row in enumerate(rows):
            if not row:
                raise ValueError(f"An item must hold at least one token. Item {number} is empty.")
        start = self.vocabulary.special(START)
        return pad_sequences([[start, *row, end] for row in rows])

    def prompt(self, text: str) -> np.ndarray:
        """The beginning of a text that a model shall continue, `int32[1, tokens]`.

        Items begin with `<start>`, so their prompt may be empty.
        """
        numbers = self.vocabulary.encode(text)
        if self.layout == "items":
            numbers = [self.vocabulary.special(START) or 0, *numbers]
        return np.array([numbers], np.int32)

    def decode(self, rows: Any) -> list[str]:
        """Texts of rows of token numbers, each up to its first `<end>`."""
        end = self.vocabulary.special(END)
        return [self.vocabulary.decode(until(row, end)) for row in rows]

    def to_config(self) -> dict[str, Any]:
        """Layout and vocabulary."""
        return {
            "name": self.name,
            "layout": self.layout,
            "vocabulary": self.vocabulary.to_config(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it."""
        return cls(Vocabulary.from_config(config["vocabulary"]), layout=config["layout"])


def until(row: Any, end: int | None) -> list[int]:
    """The tokens before the first `end`.

    Example:
        >>> until([5, 6, 3, 7], 3)
        [5, 6]
    """
    numbers = [int(number) for number in row]
    return numbers[: numbers.index(end)] if end in numbers else numbers
