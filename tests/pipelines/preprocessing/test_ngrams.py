"""N-grams against counting them one by one, and naive Bayes against scikit-learn's."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.naive_bayes import MultinomialNB

from pipelines.cli.unknown_words import unknown_words_note
from pipelines.preprocessing.base import NotFittedError
from pipelines.preprocessing.ngram_vocabulary import NgramVocabulary
from pipelines.preprocessing.ngrams import NgramPreprocessor, log_count_ratios
from pipelines.preprocessing.tokenizer import Tokenizer

TEXTS = ["not good at all", "not bad at all", "good good film", "bad film"]
texts = st.lists(st.text("ab ", min_size=1, max_size=8), min_size=1, max_size=6)


def plain_ngrams(text: str, kind: str, longest: int) -> set[str]:
    tokens = Tokenizer(kind=kind).split(text)
    if kind == "character":
        tokens = [" ", *tokens, " "]
    glue = " " if kind == "word" else ""
    return {
        glue.join(tokens[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(tokens) - length + 1)
    }


@settings(max_examples=100)
@given(texts, texts, st.sampled_from(["word", "character"]), st.integers(1, 2))
def test_ngrams_are_those_that_are_counted_one_by_one(train, new, kind, least) -> None:  # type: ignore[no-untyped-def]
    counts = Counter(gram for text in train for gram in plain_ngrams(text, kind, 3))
    frequent = {gram for gram, count in counts.items() if count >= least}
    vocabulary = NgramVocabulary(Tokenizer(kind=kind), longest=3, min_frequency=least).fit(train)
    assert sorted(vocabulary.ngrams) == sorted(frequent)
    for text, row in zip(new, vocabulary.rows(new), strict=True):
        found = [vocabulary.ngrams[number - 1] for number in row]
        assert sorted(found) == sorted(plain_ngrams(text, kind, 3) & frequent)


@pytest.mark.parametrize("size", range(1, 14))
def test_a_limit_keeps_the_ngrams_of_most_texts_and_their_parts(size: int) -> None:
    whole = NgramVocabulary(longest=3).fit(TEXTS)
    small = NgramVocabulary(longest=3, max_size=size).fit(TEXTS)
    assert len(small) == len(small.ngrams) == min(size, len(whole))
    counts = Counter(gram for text in TEXTS for gram in plain_ngrams(text, "word", 3))
    left_out = counts.keys() - set(small.ngrams)
    assert min(counts[gram] for gram in small.ngrams) >= max(map(counts.get, left_out), default=0)
    for gram in small.ngrams:
        parts = gram.split()
        assert {" ".join(parts[:-1]) or parts[0], parts[-1]} <= set(small.ngrams)
    for text, row in zip(TEXTS, small.rows(TEXTS), strict=True):
        found = {small.ngrams[number - 1] for number in row}
        assert found == plain_ngrams(text, "word", 3) & set(small.ngrams)


def test_a_configuration_is_json_and_holds_no_limits() -> None:
    fitted = NgramVocabulary(longest=2, max_size=5, min_frequency=2).fit(TEXTS)
    rebuilt = NgramVocabulary.from_config(json.loads(json.dumps(fitted.to_config())))
    assert rebuilt.ngrams == fitted.ngrams
    assert rebuilt.rows([]) == []


def test_words_and_characters_are_numbered_one_after_the_other() -> None:
    words = NgramVocabulary(longest=2)
    letters = NgramVocabulary(Tokenizer(kind="character"), longest=2)
    both = NgramPreprocessor(words, letters).fit(TEXTS)
    assert both.size == 1 + len(words) + len(letters)
    (row,) = both.sequences(["bad film"])
    names = ["", *words.ngrams, *letters.ngrams]
    expected = plain_ngrams("bad film", "word", 2), plain_ngrams("bad film", "character", 2)
    assert sorted(names[number] for number in row) == sorted([*expected[0], *expected[1]])
    assert NgramPreprocessor(words).fit(TEXTS).sequences(["§"])[0].tolist() == [0]


def test_words_that_no_training_text_has_are_named() -> None:
    words = NgramVocabulary(Tokenizer(), longest=2)
    letters = NgramVocabulary(Tokenizer(kind="character"), longest=3)
    both = NgramPreprocessor(words, letters).fit(["a good film", "a bad film"])
    assert both.unknown_words(["a new film", "new and good"]) == ["new", "and"]
    assert NgramPreprocessor(letters).fit(["a film"]).unknown_words(["zebra"]) == []
    note = unknown_words_note(both.to_config(), ["a new film"])
    assert note == "Not in the training texts (often enough): new. Read by its characters."
    assert unknown_words_note(both.to_config(), "a good film") == ""
    alone = NgramPreprocessor(words).fit(["a good film"]).to_config()
    assert unknown_words_note(alone, ["x y z u v w q"]).endswith(
        "x, y, z, u, v and 2 more. The model does not see them."
    )


def test_two_classes_are_scored_as_scikit_learn_does() -> None:
    bag = NgramPreprocessor(NgramVocabulary(longest=2)).fit(TEXTS)
    rows, y = bag.sequences(TEXTS), [1, 0, 1, 0]
    counts = np.zeros((len(TEXTS), bag.size - 1))
    for text, row in enumerate(rows):
        counts[text, row - 1] = 1
    theirs = MultinomialNB(fit_prior=False).fit(counts, y).predict_joint_log_proba(counts)
    ratios = log_count_ratios(rows, y, size=bag.size, classes=2)
    ours = np.array([ratios[row, 1].sum() for row in rows])
    np.testing.assert_allclose(ours, theirs[:, 1] - theirs[:, 0], atol=1e-5)
    np.testing.assert_array_equal(ratios[:, 0], -ratios[:, 1])


def test_each_of_three_classes_stands_against_the_others() -> None:
    rows, y = [np.array([1, 2]), np.array([2]), np.array([2, 3])], np.array([0, 1, 2])
    ratios = log_count_ratios(rows, y, size=4, classes=3)
    for label in range(3):
        two = log_count_ratios(rows, (y == label).astype(int), size=4, classes=2)
        np.testing.assert_allclose(ratios[:, label], two[:, 1], rtol=1e-6)


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"Got longest=0, min_frequency=1, max_size=None"):
        NgramVocabulary(longest=0)
    with pytest.raises(ValueError, match="words, of characters or both"):
        NgramPreprocessor()
    with pytest.raises(ValueError, match=r"Got none that does among 2 texts"):
        NgramPreprocessor(NgramVocabulary(min_frequency=2)).fit(["ann", "bo"])
    with pytest.raises(ValueError, match="Got one text, 'a'"):
        NgramPreprocessor(NgramVocabulary()).fit(["a"]).transform("a")
    with pytest.raises(NotFittedError):
        NgramVocabulary().rows(["a"])
