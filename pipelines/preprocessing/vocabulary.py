"""Tokens and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Self

from pipelines.preprocessing.base import not_fitted
from pipelines.preprocessing.bpe import BYTES, Pair, apply_merges, learn_merges, token_bytes
from pipelines.preprocessing.tokenizer import Tokenizer

PADDING, UNKNOWN, START, END = "<pad>", "<unk>", "<start>", "<end>"
SPECIALS = (PADDING, UNKNOWN)


class Vocabulary:
    """Numbers for the tokens of training texts.

    The special tokens come first, in the given order; then the tokens by falling frequency,
    equal ones in alphabetical order.

    Rules:
        1. `decode(encode(text))` is the cleaned text for characters without unknown ones and
           for subwords always; for words it is the tokens with one space between them.
        2. Numbers are 0 ... `len(vocabulary) - 1`; encoding that decoded text gives the same
           numbers again (subwords and known tokens).
        3. A text cannot smuggle in a special token: `"<end>"` in a text is text. The one
           exception is `"<unk>"` between spaces, which tokenised corpora hold.

    Args:
        tokenizer: How texts are cut.
        max_size: Number of tokens at most, besides the special ones; the rarer become unknown.
            For subwords at least 256, as the bytes are among them.
        min_frequency: Tokens that occur less often in the training texts become unknown.
        specials: Special tokens: some of `<pad>` (should be first: 0 is padding in the models),
            `<unk>`, `<start>`, `<end>`.

    Raises:
        ValueError: If a limit is out of range or special tokens repeat.

    Example:
        >>> words = Vocabulary(max_size=2).fit(["the cat saw the dog", "the dog"])
        >>> words.tokens
        ['<pad>', '<unk>', 'the', 'dog']
        >>> words.encode("the cat"), words.decode([2, 1])
        ([2, 1], 'the <unk>')
    """

    def __init__(
        self,
        tokenizer: Tokenizer | None = None,
        *,
        max_size: int | None = None,
        min_frequency: int = 1,
        specials: Sequence[str] = SPECIALS,
    ) -> None:
        self.tokenizer = tokenizer or Tokenizer()
        least = BYTES if self.subword else 1
        if min_frequency < 1 or (max_size is not None and max_size < least):
            raise ValueError(
                f"`min_frequency >= 1` and `max_size >= {least}` must hold for kind "
                f"{self.tokenizer.kind!r}. Got min_frequency={min_frequency}, max_size={max_size}."
            )
        if len(set(specials)) != len(specials):
            raise ValueError(f"Special tokens must differ. Got {list(specials)}.")
        if self.subword and max_size is None:
            raise ValueError("Subwords need a size: pass max_size, for example 4096.")
        self.specials = tuple(specials)
        self._max_size = max_size
        self._min_frequency = min_frequency
        self._tokens: list[str] | None = None
        self._merges: list[Pair] = []
        self._prepare()

    def _prepare(self) -> None:
        self._numbers = {token: n for n, token in enumerate(self._tokens or ())}
        for special in self.specials:
            self._numbers.pop(special, None)
        self._unknown = self.special(UNKNOWN)
        self._ranks = {pair: rank for rank, pair in enumerate(self._merges)}
        self._bytes = token_bytes(self._merges)
        self._pieces: dict[str, list[int]] = {}

    @property
    def subword(self) -> bool:
        """Whether tokens are learned pieces of bytes."""
        return self.tokenizer.kind == "subword"

    @property
    def tokens(self) -> list[str]:
        """The tokens in the order of their numbers; partial characters of subwords as `�`."""
        if self._tokens is None:
            raise not_fitted(self)
        return list(self._tokens)

    def __len__(self) -> int:
        if self._tokens is None:
            raise not_fitted(self)
        return len(self._tokens)

    def special(self, token: str) -> int | None:
        """The number of a special token; `None` if this vocabulary has none such."""
        return self.specials.index(token) if token in self.specials else None

    def fit(self, texts: Iterable[str]) -> Self:
        """Counts the tokens of training texts.

        Raises:
            ValueError: If there is no token in them.
        """
        if isinstance(texts, str):
            texts = [texts]
        counts = Counter(token for text in texts for token in self.tokenizer.split(text))
        for special in self.specials:
            # Reserved words of already tokenised corpora are not counted a second time.
            counts.pop(special, None)
        if not counts:
            raise ValueError("The training texts must hold at least one token. Got none.")
        if self.subword:
            self._merges = learn_merges(
                counts,
                merges=(self._max_size or BYTES) - BYTES,
                min_frequency=max(2, self._min_frequency),
            )
            found = [part.decode("utf-8", "replace") for part in token_bytes(self._merges)]
        else:
            ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            found = [token for token, n in ranked if n >= self._min_frequency][: self._max_size]
        self._tokens = [*self.specials, *found]
        self._prepare()
        return self

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's tokens.

        Raises:
            NotFittedError: Before `fit`.
            ValueError: If a token is unknown and there is no `<unk>`.
        """
        if self._tokens is None:
            raise not_fitted(self)
        tokens = self.tokenizer.split(text)
        if self.subword:
            return [number for piece in tokens for number in self._piece(piece)]
        return [self._number(token) for token in tokens]

    def _number(self, token: str) -> int:
        number = self._numbers.get(token, self._unknown)
        if number is None:
            raise ValueError(
                f"Token {token!r} is not in the vocabulary, which has no {UNKNOWN}: add it to "
                "the special tokens, or clean the text."
            )
        return number

    def _piece(self, piece: str) -> list[int]:
        if piece not in self._pieces:
            first = len(self.specials)
            self._pieces[piece] = [first + number for number in apply_merges(piece, self._ranks)]
        return self._pieces[piece]

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of token numbers, without padding, start and end.

        Raises:
            ValueError: If a number is outside the vocabulary.
        """
        numbers = [int(number) for number in numbers]
        wrong = [number for number in numbers if not 0 <= number < len(self)]
        if wrong:
            raise ValueError(f"Token numbers are 0 to {len(self) - 1}. Got {wrong[0]}.")
        hidden = {self.special(token) for token in (PADDING, START, END)}
        shown = [number for number in numbers if number not in hidden]
        if not self.subword:
            tokens = self.tokens
            return self.tokenizer.join(tokens[number] for number in shown)
        first = len(self.specials)
        parts = [self._bytes[n - first] if n >= first else self.specials[n].encode() for n in shown]
        return b"".join(parts).decode("utf-8", "replace")

    def unknown_share(self, texts: Iterable[str]) -> float:
        """Share of the texts' tokens that are unknown, in [0, 1]."""
        numbers = [number for text in texts for number in self.encode(text)]
        return numbers.count(-1 if self._unknown is None else self._unknown) / max(1, len(numbers))

    def to_config(self) -> dict[str, Any]:
        """Tokens or merges, and how texts are cut."""
        found = self.tokens[len(self.specials) :]
        return {
            "tokenizer": self.tokenizer.to_config(),
            "specials": list(self.specials),
            "tokens": None if self.subword else found,
            "merges": [list(pair) for pair in self._merges],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuilds it; the limits of the fit are spent and not kept."""
        tokenizer = Tokenizer.from_config(config["tokenizer"])
        size = BYTES if tokenizer.kind == "subword" else None
        made = cls(tokenizer, specials=config["specials"], max_size=size)
        made._merges = [(first, second) for first, second in config["merges"]]
        found = config["tokens"]
        if found is None:
            found = [part.decode("utf-8", "replace") for part in token_bytes(made._merges)]
        made._tokens = [*made.specials, *found]
        made._prepare()
        return made
