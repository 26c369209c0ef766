"""Buckets, padding, and windows that carry a state."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.inputs import (
    language_model_arrays,
    language_model_windows,
    pair_batches,
    text_batches,
)
from pipelines.inputs.ragged import RaggedRows, bucketed_order
from pipelines.inputs.windows import window_starts

RNG = np.random.default_rng(8)
LENGTHS = RNG.integers(1, 60, 1000)
SEQUENCES = [RNG.integers(1, 9, length) for length in LENGTHS]


def padded_places(order: np.ndarray, batch: int) -> int:
    """Places of an epoch that hold no token."""
    parts = [LENGTHS[order[start : start + batch]] for start in range(0, len(order), batch)]
    return sum(int(part.max() * len(part) - part.sum()) for part in parts)


def test_buckets_save_most_of_the_padding() -> None:
    bucketed = bucketed_order(LENGTHS, batch_size=16, shuffle=True, seed=0, epoch=0)
    plain = np.random.default_rng(0).permutation(len(LENGTHS))
    assert padded_places(bucketed, 16) < 0.1 * padded_places(plain, 16)


@settings(max_examples=50)
@given(st.integers(1, 40), st.integers(1, 7), st.integers(0, 3), st.integers(1, 3))
def test_bucketed_orders_are_permutations_and_end_with_the_small_batch(
    count: int, batch: int, epoch: int, pool: int
) -> None:
    order = bucketed_order(
        LENGTHS[:count], batch_size=batch, shuffle=True, seed=1, epoch=epoch, pool=pool
    )
    assert sorted(order.tolist()) == list(range(count))
    assert order.dtype == np.int32


@pytest.mark.parametrize("multiple", [1, 8])
def test_batches_hold_the_texts_and_padding_alone(multiple: int) -> None:
    numbers = np.arange(len(SEQUENCES))
    dataset = text_batches(SEQUENCES, numbers, batch_size=32, shuffle=True, multiple=multiple)
    for tokens, rows in dataset.as_numpy_iterator():
        assert tokens.shape[1] % multiple == 0
        assert tokens.shape[1] < LENGTHS[rows].max() + multiple
        for row, number in zip(tokens, rows, strict=True):
            np.testing.assert_array_equal(row[: LENGTHS[number]], SEQUENCES[number])
            assert not row[LENGTHS[number] :].any()


def test_ragged_rows_far_apart() -> None:
    rows = RaggedRows([[1], [2, 3, 4], [5, 6]])
    assert rows.padded([2, 0, 2], multiple=4).numpy().tolist() == [
        [5, 6, 0, 0],
        [1, 0, 0, 0],
        [5, 6, 0, 0],
    ]


def test_pairs_are_shifted() -> None:
    targets = [np.array([2, *part, 3]) for part in SEQUENCES[:50]]
    dataset = pair_batches(SEQUENCES[:50], targets, batch_size=8, shuffle=True)
    for (_, fed), learned in dataset.as_numpy_iterator():
        assert (fed[:, 0] == 2).all()
        for row, label in zip(fed, learned, strict=True):
            end = int(np.flatnonzero(label == 3)[-1])
            np.testing.assert_array_equal(row[1 : end + 1], label[:end])
            assert not row[end + 1 :].any()


@settings(max_examples=60)
@given(st.integers(2, 200), st.integers(1, 6), st.integers(1, 9))
def test_stateful_rows_go_on_where_they_ended(tokens: int, batch: int, window: int) -> None:
    if (tokens - 1) // batch < window:
        with pytest.raises(ValueError, match=r"need a stream of"):
            window_starts(tokens, batch_size=batch, window=window, stateful=True)
        return
    x, y = language_model_arrays(np.arange(tokens), batch_size=batch, window=window, stateful=True)
    steps = len(x) // batch
    streams = x.reshape(steps, batch, window).transpose(1, 0, 2).reshape(batch, -1)
    # Stream continuity: each row, read over all batches, is one unbroken piece of the text.
    assert (np.diff(streams, axis=1) == 1).all()
    np.testing.assert_array_equal(y, x + 1)
    assert len(np.unique(x)) == x.size
    # What is left out is less than one window of each row.
    assert tokens - 1 - x.size < batch * (window + 1)


def test_plain_windows_cover_the_stream_without_gaps() -> None:
    x, y = language_model_arrays(np.arange(32), batch_size=4, window=5)
    np.testing.assert_array_equal(x.ravel(), np.arange(30))
    np.testing.assert_array_equal(y, x + 1)


def test_windows_and_arrays_agree() -> None:
    stream = RNG.integers(0, 50, 200)
    x, y = language_model_arrays(stream, batch_size=3, window=7, stateful=True)
    dataset = language_model_windows(stream, batch_size=3, window=7, stateful=True)
    batches = list(dataset.as_numpy_iterator())
    np.testing.assert_array_equal(np.concatenate([batch for batch, _ in batches]), x)
    np.testing.assert_array_equal(np.concatenate([label for _, label in batches]), y)
    assert all(len(batch) == 3 for batch, _ in batches)


def test_shuffled_windows_change_their_cuts_and_stay_inside() -> None:
    stream = np.arange(100)
    firsts = set()
    for epoch in range(8):
        dataset = language_model_windows(
            stream, batch_size=4, window=10, shuffle=True, seed=2, epoch=epoch
        )
        x = np.concatenate([x for x, _ in dataset.as_numpy_iterator()])
        y = np.concatenate([y for _, y in dataset.as_numpy_iterator()])
        np.testing.assert_array_equal(y, x + 1)
        assert y.max() < 100
        firsts.add(int(x.min()))
    assert len(firsts) > 2


def test_errors() -> None:
    with pytest.raises(ValueError, match=r"stateful or shuffle"):
        language_model_windows(np.arange(99), batch_size=2, window=3, stateful=True, shuffle=True)
    with pytest.raises(ValueError, match=r"2 rows of 5 tokens need a stream of 11\. Got 10"):
        language_model_arrays(np.arange(10), batch_size=2, window=5, stateful=True)
    with pytest.raises(ValueError, match=r"one row of token numbers\. Got shape \(2, 2\)"):
        language_model_arrays(np.zeros((2, 2), int), batch_size=1, window=1)
    with pytest.raises(ValueError, match=r"`window >= 1` must hold"):
        language_model_arrays(np.arange(9), batch_size=1, window=0)
