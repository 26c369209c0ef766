"""Kneser-Ney counts, held to a slow reading of the definition."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipelines.baselines.kneser_ney import KneserNey

SIZE, START = 5, 4


def _ngrams(items, length, order):
    grams = []
    for item in items:
        padded = [START] * max(1, order - 1) + list(item)
        first = len(padded) - len(item)
        grams += [tuple(padded[i - length + 1 : i + 1]) for i in range(first, len(padded))]
    return grams


def _counts(items, length, order):
    if length == order:
        return Counter(_ngrams(items, length, order))
    # Different tokens before each n-gram.
    return Counter(gram[1:] for gram in set(_ngrams(items, length + 1, order)))


def _discounts(counts):
    n = Counter(counts.values())
    single = n[1] / (n[1] + 2 * n[2]) if n[1] and n[2] else 0.5
    if n[1] and n[2] and n[3]:
        found = [
            1 - 2 * single * n[2] / n[1],
            2 - 3 * single * n[3] / n[2],
            3 - 4 * single * n[4] / n[3],
        ]
        if all(0 < d < limit for d, limit in zip(found, (1, 2, 3), strict=True)):
            return found
    return [single] * 3


def _probability(items, order, context, token):
    probability = 1 / (SIZE - 1)
    for length in range(1, order + 1):
        counts = _counts(items, length, order)
        history = tuple(context[len(context) - length + 1 :]) if length > 1 else ()
        after = {gram[-1]: c for gram, c in counts.items() if gram[:-1] == history}
        if not after:
            continue
        discounts = _discounts(counts)
        off = {word: discounts[min(c, 3) - 1] for word, c in after.items()}
        left = max(after.get(token, 0) - off.get(token, 0.0), 0.0)
        probability = (left + sum(off.values()) * probability) / sum(after.values())
    return probability


def _items(seed, count=12):
    generator = np.random.default_rng(seed)
    return [generator.integers(0, SIZE - 1, generator.integers(1, 7)) for _ in range(count)]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", [0, 1])
def test_probabilities_are_those_of_the_definition(order, seed):
    items, unseen = _items(seed), _items(seed + 10, 4)
    model = KneserNey(order, vocabulary_size=SIZE, start=START).fit(items)
    expected = []
    for item in unseen:
        padded = [START] * max(1, order - 1) + list(item)
        first = len(padded) - len(item)
        expected += [
            _probability(items, order, padded[i - order + 1 : i] if order > 1 else [], padded[i])
            for i in range(first, len(padded))
        ]
    np.testing.assert_allclose(np.exp(model.log_probabilities(unseen)), expected, rtol=1e-12)


def test_probabilities_of_all_tokens_sum_to_one():
    model = KneserNey(3, vocabulary_size=SIZE, start=START).fit(_items(2, 30))
    for context in ([], [0], [1, 2], [3, 3, 0]):
        last = [
            np.exp(model.log_probabilities([np.array([*context, token])]))[-1]
            for token in range(SIZE - 1)
        ]
        assert sum(last) == pytest.approx(1.0)


def test_padding_is_left_out_of_the_uniform_part():
    model = KneserNey(1, vocabulary_size=6, start=5, impossible=1).fit([np.array([1, 1])])
    total = sum(np.exp(model.log_probabilities([np.array([t])]))[0] for t in range(1, 5))
    assert total == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: KneserNey(0, vocabulary_size=3, start=2), r"`order >= 1`.*Got order=0"),
        (lambda: KneserNey(2, vocabulary_size=3, start=3), r"`0 <= start < vocabulary_size`"),
        (
            lambda: KneserNey(2, vocabulary_size=3, start=2).fit([np.array([], int)]),
            "at least one token",
        ),
    ],
)
def test_bad_input_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.data
def test_names_without_repeats_give_the_known_score():
    # A separate program of 5-gram counts measured 2.024 nats a character on this split.
    from pipelines.datasets.registry import load_dataset

    names = load_dataset("names")
    train, validation = (
        [np.array([*(ord(c) - 96 for c in name), 0]) for name in split.x]
        for split in (names.train, names.validation)
    )
    model = KneserNey(5, vocabulary_size=28, start=27).fit(train)
    assert -model.log_probabilities(validation).mean() == pytest.approx(2.024, abs=5e-4)
