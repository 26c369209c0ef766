"""Searches against brute force, filters against their rules."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from cookbook import decoding
from cookbook.decoding import beam_search, filter_logits, greedy, log_softmax, sample
from cookbook.decoding.beam import length_penalty

WORDS, STEPS, END = 3, 4, 2


class PrefixModel:
    """Other logits after every prefix; the state is the prefix in base WORDS + 1."""

    def __init__(self, seed: int, rows: int) -> None:
        size = (WORDS + 1) ** (STEPS + 1)
        self.table = np.random.default_rng(seed).normal(size=(rows, size, WORDS)) * 2
        self.start = (np.arange(rows), np.zeros(rows, int))

    def __call__(self, tokens: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        row, prefix = state
        prefix = prefix * (WORDS + 1) + tokens + 1
        return self.table[row, prefix % self.table.shape[1]], (row, prefix)

    def score(self, row: int, sequence: tuple[int, ...]) -> float:
        state: Any = (np.array([row]), np.zeros(1, int))
        total, token = 0.0, 0
        for chosen in sequence:
            logits, state = self(np.array([token]), state)
            total += log_softmax(logits)[0, chosen]
            token = chosen
        return total


def all_sequences() -> list[tuple[int, ...]]:
    """Every sequence that ends with END, or at STEPS without one."""
    found = []
    for length in range(1, STEPS + 1):
        for sequence in itertools.product(range(WORDS), repeat=length):
            body, last = sequence[:-1], sequence[-1]
            if END not in body and (last == END or length == STEPS):
                found.append(sequence)
    return found


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_full_width_beam_is_exhaustive(seed: int, alpha: float) -> None:
    model = PrefixModel(seed, rows=2)
    sequences = all_sequences()
    beams = beam_search(
        model, np.zeros(2), model.start, end=END, max_length=STEPS, width=81, alpha=alpha
    )
    for row in range(2):
        ranked = sorted(
            (
                (model.score(row, s) / float(length_penalty(np.array(len(s)), alpha)), s)
                for s in sequences
            ),
            reverse=True,
        )
        for place, (score, sequence) in enumerate(ranked):
            length = beams.lengths[row, place]
            assert tuple(beams.tokens[row, place, :length]) == sequence
            assert beams.scores[row, place] == pytest.approx(score)
        assert np.all(np.isneginf(beams.scores[row, len(ranked) :]))
    assert np.exp(beams.log_probabilities).sum() == pytest.approx(2.0)


def test_width_1_is_greedy() -> None:
    model = PrefixModel(5, rows=6)
    rules = {"end": END, "max_length": STEPS}
    expected = greedy(model, np.zeros(6), model.start, **rules)
    found = beam_search(model, np.zeros(6), model.start, width=1, **rules).best()
    np.testing.assert_array_equal(found.tokens, expected.tokens)
    np.testing.assert_allclose(found.log_probabilities, expected.log_probabilities)


@pytest.mark.parametrize("width", [1, 3])
def test_of_equal_scores_the_first_tokens_stay(width: int) -> None:
    logits = np.random.default_rng(0).integers(0, 3, size=(20, 300)).astype(float)
    rules = {"end": -1, "max_length": 1}
    beams = beam_search(
        lambda tokens, state: (logits.repeat(width, axis=0), state),
        np.zeros(20),
        (),
        width=width,
        **rules,
    )
    expected = np.argsort(-logits, axis=1, kind="stable")[:, :width]
    np.testing.assert_array_equal(beams.tokens[:, :, 0], expected)
    likeliest = greedy(lambda tokens, state: (logits, state), np.zeros(20), (), **rules)
    np.testing.assert_array_equal(beams.tokens[:, 0], likeliest.tokens)


def test_greedy_takes_the_best_token_and_counts_its_probability() -> None:
    model = PrefixModel(7, rows=3)
    found = greedy(model, np.zeros(3), model.start, end=END, max_length=STEPS)
    for row in range(3):
        sequence = tuple(int(t) for t in found.tokens[row, : found.lengths[row]])
        assert found.log_probabilities[row] == pytest.approx(model.score(row, sequence))
        assert END not in sequence[:-1]
        assert np.all(found.tokens[row, found.lengths[row] :] == 0)


def test_temperature_towards_0_is_greedy() -> None:
    model = PrefixModel(8, rows=5)
    rules = {"end": END, "max_length": STEPS}
    expected = greedy(model, np.zeros(5), model.start, **rules)
    found = sample(model, np.zeros(5), model.start, temperature=1e-4, seed=3, **rules)
    np.testing.assert_array_equal(found.tokens, expected.tokens)


def test_top_k_of_1_is_greedy() -> None:
    model = PrefixModel(9, rows=5)
    rules = {"end": END, "max_length": STEPS}
    expected = greedy(model, np.zeros(5), model.start, **rules)
    found = sample(model, np.zeros(5), model.start, top_k=1, seed=3, **rules)
    np.testing.assert_array_equal(found.tokens, expected.tokens)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_have_the_tempered_frequencies(temperature: float) -> None:
    probabilities, count = np.array([0.1, 0.2, 0.7]), 20_000
    drawn = sample(
        lambda tokens, state: (np.log(probabilities)[None].repeat(len(tokens), 0), state),
        np.zeros(count),
        (),
        end=-1,
        max_length=1,
        temperature=temperature,
        seed=0,
    )
    expected = probabilities ** (1 / temperature)
    expected /= expected.sum()
    found = np.bincount(drawn.tokens[:, 0], minlength=3) / count
    tolerance = 4 * np.sqrt(expected * (1 - expected) / count)
    assert np.all(np.abs(found - expected) < tolerance)


def test_same_seed_same_sequences_and_0_is_a_seed() -> None:
    model = PrefixModel(1, rows=20)
    rules = {"end": END, "max_length": STEPS}
    runs = [sample(model, np.zeros(20), model.start, seed=s, **rules).tokens for s in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert runs[0].shape != runs[2].shape or np.any(runs[0] != runs[2])


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9, 1.0])
def test_top_p_keeps_the_smallest_set_of_that_mass(p: float) -> None:
    logits = np.random.default_rng(0).normal(size=(50, 12))
    kept = np.isfinite(filter_logits(logits, top_p=p))
    probabilities = np.exp(log_softmax(logits))
    for row in range(50):
        mass = probabilities[row][kept[row]].sum()
        assert mass >= p - 1e-12
        assert mass - probabilities[row][kept[row]].min() < p
        if not kept[row].all():
            assert probabilities[row][kept[row]].min() >= probabilities[row][~kept[row]].max()


@pytest.mark.parametrize("k", [1, 3, 12, 99])
def test_top_k_keeps_the_k_largest(k: int) -> None:
    logits = np.random.default_rng(0).integers(0, 4, (20, 12)).astype(float)  # many ties
    kept = np.isfinite(filter_logits(logits, top_k=k))
    assert np.all(kept.sum(axis=1) == min(k, 12))
    for row in range(20):
        assert sorted(logits[row][kept[row]]) == sorted(logits[row])[-k:]


def test_top_p_measures_what_top_k_left() -> None:
    logits = np.log([0.4, 0.3, 0.2, 0.1])
    # Of the two left the first has 0.4 / 0.7 = 0.571.
    assert np.isfinite(filter_logits(logits, top_k=2, top_p=0.56)).sum() == 1
    assert np.isfinite(filter_logits(logits, top_k=2, top_p=0.58)).sum() == 2


def test_public_names_load() -> None:
    assert all(getattr(decoding, name) is not None for name in decoding.__all__)
    assert sorted(decoding.__all__) == dir(decoding)


RULES = {"end": END, "max_length": STEPS}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: sample(m, np.zeros(1), m.start, temperature=0, **RULES), "temperature > 0"),
        (lambda m: sample(m, np.zeros(1), m.start, top_k=0, **RULES), "at least 1 token.*top_k=0"),
        (lambda m: sample(m, np.zeros(1), m.start, top_p=1.1, **RULES), "0 < top_p <= 1"),
        (lambda m: greedy(m, np.zeros(1), m.start, end=END, max_length=0), "at least 1"),
        (lambda m: beam_search(m, np.zeros(1), m.start, width=0, **RULES), "width >= 1.*width=0"),
        (lambda m: beam_search(m, np.zeros(1), m.start, alpha=-1, **RULES), "alpha=-1"),
    ],
)
def test_bad_input_say_the_rule(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(PrefixModel(0, 1))
