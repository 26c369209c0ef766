"""Alignment of words, and the phrases that follow from it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.baselines.word_alignment import align, phrases

WORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=5)


def test_words_that_swap_places_find_each_other():
    sources = ["un chat noir", "un chien noir", "un chat", "un chien", "noir", "chat"]
    targets = ["a black cat", "a black dog", "a cat", "a dog", "black", "cat"]
    first, *_ = align([s.split() for s in sources], [t.split() for t in targets])
    assert first.tolist() == [[True, False, False], [False, False, True], [False, True, False]]


def test_one_word_belongs_to_one_word():
    (table,) = align([["oui"]], [["yes"]])
    assert table.tolist() == [[True]]


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=6))
def test_every_alignment_has_the_shape_of_its_pair(pairs):
    sources, targets = zip(*pairs, strict=True)
    for source, target, table in zip(sources, targets, align(sources, targets), strict=True):
        assert table.shape == (len(source), len(target))


@given(WORDS, WORDS, st.integers(1, 4), st.randoms(use_true_random=False))
def test_no_word_of_a_phrase_has_a_partner_outside(source, target, longest, random):
    table = np.array([[random.random() < 0.3 for _ in target] for _ in source])
    # Numbered words, so that a phrase tells its place.
    numbered = [
        [f"{word}{place}" for place, word in enumerate(words)] for words in (source, target)
    ]
    for left, right in phrases(*([words] for words in numbered), [table], longest=longest):
        rows, columns = ([int(word[1:]) for word in side] for side in (left, right))
        inside = np.zeros_like(table)
        inside[np.ix_(rows, columns)] = True
        assert table[inside].any()
        assert not table[rows][:, [c for c in range(len(target)) if c not in columns]].any()
        assert not table[:, columns][[r for r in range(len(source)) if r not in rows]].any()
        assert len(rows) <= longest


SWAPPED = [[True, False, False], [False, False, True], [False, True, False]]


@pytest.mark.parametrize(
    ("longest", "expected"),
    [
        (1, {("un", "a"), ("chat", "cat"), ("noir", "black")}),
        (2, {("un", "a"), ("chat", "cat"), ("noir", "black"), ("chat noir", "black cat")}),
    ],
)
def test_phrases_of_words_that_swap_places(longest, expected):
    found = phrases(
        [["un", "chat", "noir"]], [["a", "black", "cat"]], [np.array(SWAPPED)], longest=longest
    )
    assert {(" ".join(source), " ".join(target)) for source, target in found} == expected


def test_a_target_word_without_partner_goes_with_both_neighbours():
    table = np.array([[True, False, False], [False, False, True]])
    found = phrases([["x", "z"]], [["a", "b", "c"]], [table], longest=1)
    assert sorted(" ".join(target) for _, target in found) == ["a", "a b", "b c", "c"]
