"""Scores of words by counts, against numbers by hand."""

from __future__ import annotations

import math

import pytest

from pipelines.baselines.backoff_counts import BACKOFF, BackoffCounts

COUNTS = BackoffCounts().fit([["a", "b"], ["a", "c"], ["b"]])


@pytest.mark.parametrize(
    ("last", "word", "score"),
    [
        (("<start>", "<start>"), "a", 2 / 3),  # two of three sentences
        (("<start>", "a"), "b", 1 / 2),
        (("c", "a"), "b", BACKOFF * 1 / 2),  # "c a" was never seen: after "a" alone
        (("c", "c"), "b", BACKOFF**2 * 2 / 8),  # five words and three ends
        (("a", "b"), "unseen", BACKOFF**2 * 0.5 / 8),
    ],
)
def test_scores_by_hand(last, word, score):
    found, state = COUNTS.step(last, word)
    assert found == pytest.approx(math.log(score))
    assert state == (last[1], word)


def test_the_end_is_scored_as_a_word():
    assert COUNTS.end_score(("<start>", "b")) == 0.0
    assert COUNTS.end_score(("<start>", "a")) == pytest.approx(math.log(BACKOFF**2 * 3 / 8))
