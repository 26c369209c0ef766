"""Simple translators: a phrase table, and the choice among them."""

from __future__ import annotations

from pipelines.baselines.nearest_sentence import NearestSentence
from pipelines.baselines.phrase_table import PhraseTable
from pipelines.baselines.translators import best_translator

PAIRS = {
    "un chat noir": "a black cat",
    "un chien noir": "a black dog",
    "le chat": "the cat",
    "le chien": "the dog",
    "il est noir": "it is black",
    "il est la": "it is there",
}
TABLE = PhraseTable(str.split).fit(list(PAIRS), list(PAIRS.values()))


def test_phrases_are_put_together_anew():
    assert TABLE.translate(["le chat noir"]) == ["the black cat"]
    assert TABLE.translate(["le chien est la"]) == ["the dog is there"]


def test_unknown_words_are_copied():
    assert TABLE.translate(["le Tom"]) == ["the Tom"]


def test_a_text_without_words_has_an_empty_translation():
    assert TABLE.translate([""]) == [""]


def test_pairs_without_words_teach_nothing():
    table = PhraseTable(str.split).fit([*PAIRS, ""], [*PAIRS.values(), "nothing"])
    assert table.translate(["le chat"]) == ["the cat"]


def test_the_translator_with_the_better_score_is_taken():
    train = (list(PAIRS), list(PAIRS.values()))

    def right(translator):
        return float(translator.translate(["le chat noir"]) == ["the black cat"])

    assert best_translator(train, str.split, right)[0] == "phrase table"
    name, translator = best_translator(train, str.split, lambda translator: 1.0)
    assert name == "nearest training sentence"
    assert isinstance(translator, NearestSentence)
