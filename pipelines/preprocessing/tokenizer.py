"""Texts to tokens."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from cookbook._names import unknown_name

KINDS = ("word", "whitespace", "character", "subword")

# A word keeps its apostrophes and hyphens ("don't", "peut-être"); punctuation stands alone.
_WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
# Pieces that together are the text: a word or a run of signs with the space before it, or spaces.
_PIECE = re.compile(r" ?\w+| ?[^\w\s]+|\s+")
_TAG = re.compile(r"<[^<>]*>")


def stop_words(language: str) -> tuple[str, ...]:
    """Frequent words that say little by themselves, and the punctuation marks.

    Args:
        language: `"english"`, whose list is that of scikit-learn.

    Raises:
        ValueError: If there is no list for the language.

    Example:
        >>> {"the", "not", "."} <= set(stop_words("english"))
        True
    """
    if language != "english":
        raise ValueError(unknown_name("list of stop words", language, ["english"]))
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return (*sorted(ENGLISH_STOP_WORDS), *string.punctuation)


@dataclass(frozen=True, kw_only=True)
class Tokenizer:
    """Cleans a text and cuts it.

    Attributes:
        kind: `"word"`: words and single punctuation marks; `"whitespace"`: what stands between
            spaces, for text that is tokenised already; `"character"`; `"subword"`: pieces that
            a byte-pair encoding works on.
        lowercase: Write everything in small letters.
        strip_accents: Remove accents, "é" becomes "e".
        strip_tags: Replace `<...>` by a space, for texts with HTML in them.
        exclude: Words to leave out (stop words), in their cleaned form. Lists from books hold
            "not" and "no" too, which costs accuracy in sentiment.

    Raises:
        ValueError: If there is no such kind, or words are excluded from another kind.

    Example:
        >>> Tokenizer(lowercase=True).split("It's GOOD, isn't it?")
        ["it's", 'good', ',', "isn't", 'it', '?']
        >>> Tokenizer(kind="character").split("ab")
        ['a', 'b']
    """

    kind: str = "word"
    lowercase: bool = False
    strip_accents: bool = False
    strip_tags: bool = False
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(unknown_name("kind of token", self.kind, KINDS))
        if self.exclude and self.kind not in ("word", "whitespace"):
            raise ValueError(f"Only words can be excluded. Got kind={self.kind!r}.")

    def clean(self, text: str) -> str:
        """The text as it is cut.

        Raises:
            TypeError: If it is no text.
        """
        if not isinstance(text, str):
            raise TypeError(f"A text is a str. Got {type(text).__name__}: {text!r:.60}.")
        if self.strip_tags:
            text = _TAG.sub(" ", text)
        if self.lowercase:
            text = text.lower()
        if self.strip_accents:
            parts = unicodedata.normalize("NFD", text)
            text = "".join(sign for sign in parts if unicodedata.category(sign) != "Mn")
        return text

    def split(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        text = self.clean(text)
        if self.kind == "character":
            return list(text)
        if self.kind == "subword":
            return _PIECE.findall(text)
        tokens = text.split() if self.kind == "whitespace" else _WORD.findall(text)
        if self.exclude:
            excluded = frozenset(self.exclude)
            tokens = [token for token in tokens if token not in excluded]
        return tokens

    def join(self, tokens: Iterable[str]) -> str:
        """Tokens as a text: words with a space between them, everything else without."""
        return (" " if self.kind in ("word", "whitespace") else "").join(tokens)

    def to_config(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {**asdict(self), "exclude": list(self.exclude)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Tokenizer:
        """Rebuilds it."""
        return cls(**{**config, "exclude": tuple(config["exclude"])})
