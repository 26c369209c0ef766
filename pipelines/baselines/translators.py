"""Simple translators to compare with, chosen on the validation sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, Self

from pipelines.baselines.nearest_sentence import NearestSentence
from pipelines.baselines.phrase_table import PhraseTable


class SimpleTranslator(Protocol):
    """What a simple method can do."""

    def fit(self, x: Sequence[str], y: Sequence[str]) -> Self:
        """Learns from pairs."""

    def translate(self, x: Sequence[str]) -> list[str]:
        """Translates sentences."""


TRANSLATORS: Mapping[str, Callable[[Callable[[str], list[str]]], SimpleTranslator]] = {
    "nearest training sentence": NearestSentence,
    "phrase table": PhraseTable,
}


def best_translator(
    train: tuple[Sequence[str], Sequence[str]],
    split: Callable[[str], list[str]],
    score: Callable[[SimpleTranslator], float],
) -> tuple[str, SimpleTranslator]:
    """Fits every simple translator and picks the one with the best score.

    Args:
        train: Source sentences and their targets.
        split: Cuts a sentence into words.
        score: Of a fitted translator on validation sentences; the larger the better.

    Returns:
        Name and fitted translator; of equals the first.
    """
    fitted = {name: make(split).fit(*train) for name, make in TRANSLATORS.items()}
    scores = {name: score(translator) for name, translator in fitted.items()}
    best = max(scores, key=lambda name: scores[name])
    return best, fitted[best]
