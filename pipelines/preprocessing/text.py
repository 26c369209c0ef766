"""Texts to padded token numbers, for classification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from cookbook._names import unknown_name
from pipelines.preprocessing.base import Preprocessing
from pipelines.preprocessing.padding import cut, pad_sequences
from pipelines.preprocessing.vocabulary import PADDING, UNKNOWN, Vocabulary

KEEP = ("first", "last")


class TextPreprocessor(Preprocessing):
    """Cuts texts into tokens, numbers them, and pads with 0 at the end.

    Args:
        vocabulary: Not fitted yet, with `<pad>` first; words without limits by default.
        max_length: Longer texts are cut to so many tokens; `None`: no limit.
        keep: Which tokens of a long text stay: the `"first"` or the `"last"` ones.
        fixed_length: Always pad to `max_length`, for models with unrolled loops.
        allow_empty: A text without tokens becomes one unknown token instead of an error.
        drop_unknown: Leave unknown tokens out, as many tutorials do; texts become shorter.

    Raises:
        ValueError: If the limits do not fit together.

    Example:
        >>> texts = TextPreprocessor(max_length=3).fit(["good film", "bad film"])
        >>> texts.transform(["film", "a very good film"]).tolist()
        [[2, 0, 0], [1, 1, 4]]
    """

    name: ClassVar[str] = "text"

    def __init__(
        self,
        vocabulary: Vocabulary | None = None,
        *,
        max_length: int | None = None,
        keep: str = "first",
        fixed_length: bool = False,
        allow_empty: bool = False,
        drop_unknown: bool = False,
    ) -> None:
        # Not `or`: a vocabulary has a length.
        self.vocabulary = Vocabulary() if vocabulary is None else vocabulary
        if keep not in KEEP:
            raise ValueError(unknown_name("end to keep", keep, KEEP))
        if (max_length is not None and max_length < 1) or (fixed_length and max_length is None):
            raise ValueError(
                "`max_length >= 1` must hold, and a fixed length needs it. Got "
                f"max_length={max_length}, fixed_length={fixed_length}."
            )
        if self.vocabulary.special(PADDING) != 0:
            raise ValueError(f"{PADDING} must be the first special token: models pad with 0.")
        if allow_empty and self.vocabulary.special(UNKNOWN) is None:
            raise ValueError(f"allow_empty needs {UNKNOWN} among the special tokens.")
        self.max_length = max_length
        self._keep = keep
        self._fixed = fixed_length
        self._allow_empty = allow_empty
        self._drop_unknown = drop_unknown

    def fit(self, x: Any, y: Any = None) -> Self:
        """Learns the vocabulary of training texts.

        Args:
            x: The texts.
            y: Ignored.
        """
        self.vocabulary.fit(x)
        return self

    def sequences(self, x: Sequence[str]) -> list[np.ndarray]:
        """Token numbers of each text, cut but not padded, for `text_batches`.

        Returns:
            One `int32[tokens]` per text, at least one token each.

        Raises:
            ValueError: If a text holds no token; the message names it.
        """
        if isinstance(x, str):
            raise ValueError(f"A list of texts is expected. Got one text, {x!r:.40}: wrap it.")
        return [self._one(text, row) for row, text in enumerate(x)]

    def _one(self, text: str, row: int) -> np.ndarray:
        numbers = self.vocabulary.encode(text)
        if self._drop_unknown:
            unknown = self.vocabulary.special(UNKNOWN)
            numbers = [number for number in numbers if number != unknown]
        if not numbers and not self._allow_empty:
            raise ValueError(
                f"A text must hold at least one token. Text {row} is {text!r:.60}: leave it out, "
                "or set allow_empty=True to treat it as one unknown word."
            )
        numbers = numbers or [self.vocabulary.special(UNKNOWN) or 0]
        return np.array(cut(numbers, self.max_length, keep=self._keep), np.int32)

    def transform(self, x: Sequence[str]) -> np.ndarray:
        """Texts as `int32[n, tokens]`.

        `tokens` is the longest text of these, or `max_length` for a fixed length.

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If a text holds no token.
        """
        return pad_sequences(self.sequences(x), length=self.max_length if self._fixed else None)

    def to_config(self) -> dict[str, Any]:
        """Options and vocabulary."""
        return {
            "name": self.name,
            "vocabulary": self.vocabulary.to_config(),
            "max_length": self.max_length,
            "keep": self._keep,
            "fixed_length": self._fixed,
            "allow_empty": self._allow_empty,
            "drop_unknown": self._drop_unknown,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it."""
        options = {key: value for key, value in config.items() if key != "name"}
        return cls(Vocabulary.from_config(options.pop("vocabulary")), **options)
