"""Splits: sizes, strata, groups, rare classes, and repeatability."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.datasets import DataError, load_dataset
from pipelines.datasets.splits.splitting import choose, limit_rows, row_groups, strata, three_way


@settings(max_examples=60)
@given(
    length=st.integers(20, 200),
    distinct=st.integers(10, 40),
    classes=st.integers(2, 4),
    seed=st.integers(0, 5),
)
def test_every_row_is_in_one_split_with_its_whole_group(
    length: int, distinct: int, classes: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    groups = row_groups(rng.integers(0, distinct, length).tolist())
    labels = groups % classes
    parts = list(three_way(length, seed=seed, labels=labels, groups=groups))
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(length))
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert not set(groups[parts[first]]) & set(groups[parts[second]])


def test_the_shares_and_the_proportions_hold() -> None:
    labels = np.repeat([0, 1], [900, 100])
    parts = three_way(1000, seed=0, labels=labels)
    assert [len(part) for part in parts] == [700, 150, 150]
    assert [int(labels[part].sum()) for part in parts] == [70, 15, 15]
    assert parts.stratified


def test_a_regression_target_is_stratified_by_its_deciles() -> None:
    values = np.random.default_rng(0).exponential(size=1000)
    groups = strata(values)
    assert groups is not None
    assert np.bincount(groups).tolist() == [100] * 10
    # 15 of each decile in test, as the cut is exactly in proportion.
    assert np.bincount(groups[three_way(1000, seed=0, labels=values).test]).tolist() == [15] * 10


def test_a_rare_class_is_in_every_split() -> None:
    labels = np.repeat([0, 1, 2], [500, 497, 3])
    for seed in range(10):
        for part in three_way(1000, seed=seed, labels=labels):
            assert set(labels[part]) == {0, 1, 2}


def test_a_class_of_one_row_does_not_spoil_the_strata_of_the_others() -> None:
    labels = np.repeat([0, 1, 2], [50, 50, 1])
    parts = three_way(101, seed=0, labels=labels)
    assert parts.stratified
    # 15 rows of two equal classes and, in one split, the single row.
    for part in (parts.validation, parts.test):
        assert set(np.bincount(labels[part])[:2]) <= {7, 8}


def test_more_classes_than_rows_is_random() -> None:
    rest, cut, stratified = choose(np.arange(40), 3, labels=np.arange(40) % 20, seed=0)
    assert (len(rest), len(cut), stratified) == (37, 3, False)


def test_limits_keep_the_proportions() -> None:
    labels = np.repeat([0, 1], [500, 500])
    full = three_way(1000, seed=0, labels=labels)
    small = limit_rows(full, 70, seed=0, labels=labels)
    assert [len(part) for part in small] == [70, 15, 15]
    assert int(labels[small.train].sum()) == 35
    assert limit_rows(full, 700, seed=0) is full


def test_limits_leave_a_row_of_each_class() -> None:
    labels = np.array([0] * 500 + [1] * 3 + [2] * 497)
    full = three_way(1000, seed=0, labels=labels)
    small = limit_rows(full, 10, seed=0, labels=labels)
    assert set(labels[small.train]) == {0, 1, 2}
    assert len(small.train) <= 11


@pytest.mark.parametrize("shares", [(0.0, 0.1), (0.5, 0.5), (1.2, 0.1)])
def test_shares_out_of_range(shares: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"`validation \+ test < 1` must hold. Got"):
        three_way(10, seed=0, validation=shares[0], test=shares[1])


def test_too_few_distinct_rows() -> None:
    with pytest.raises(DataError, match="2 distinct rows cannot be split"):
        three_way(9, seed=0, groups=np.arange(9) % 2)


def test_equal_arrays_share_a_group() -> None:
    assert row_groups(np.array([[1, 2], [3, 4], [1, 2]])).tolist() == [0, 1, 0]


def test_the_split_is_the_same_in_every_process() -> None:
    code = (
        "from pipelines.datasets import load_dataset;"
        "print(load_dataset('wine', seed=5).fingerprint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == load_dataset("wine", seed=5).fingerprint
