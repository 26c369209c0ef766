"""Splits that are seeded, stratified where it fits, and free of leaks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipelines.datasets.errors import DataError

# A regression target is stratified by this many quantiles.
_QUANTILES = 10


@dataclass(frozen=True, eq=False)
class Indices:
    """Which row is in which split.

    Attributes:
        train: Row numbers `int64[n]`, ascending.
        validation: As above.
        test: As above.
        stratified: Whether every cut kept the proportions of the labels.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    stratified: bool = field(default=True, kw_only=True)

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter((self.train, self.validation, self.test))


def row_groups(rows: Sequence[Any] | np.ndarray) -> np.ndarray:
    """Numbers the distinct rows, so that equal rows share a group.

    Args:
        rows: Arrays of equal shape (`[n, ...]`), or hashable values.

    Returns:
        `int64[n]`: the number of the first row's group is 0.

    Example:
        >>> row_groups(["a", "b", "a"]).tolist()
        [0, 1, 0]
    """
    keys: Any = rows
    if isinstance(rows, np.ndarray) and rows.dtype != object:
        keys = row_digests(rows)
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def row_digests(rows: np.ndarray) -> list[bytes]:
    """Digests each row of an array of numbers.

    Args:
        rows: `[n, ...]`.

    Returns:
        16 bytes a row; equal for rows of equal bytes.
    """
    flat = np.ascontiguousarray(rows).reshape(len(rows), -1)
    return [hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in flat]


def strata(labels: np.ndarray | None) -> np.ndarray | None:
    """Turns labels into classes to stratify by: class numbers stay, numbers become quantiles.

    Args:
        labels: Class numbers (integers) or a regression target (floats), `[n]`.

    Returns:
        `int64[n]`, or `None` when there is nothing to stratify by.
    """
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.dtype.kind != "f":
        return np.unique(labels, return_inverse=True)[1].astype(np.int64)
    edges = np.quantile(labels, np.linspace(0, 1, _QUANTILES + 1)[1:-1])
    return np.searchsorted(np.unique(edges), labels).astype(np.int64)


def choose(
    rows: np.ndarray, count: int, *, labels: np.ndarray | None, seed: int
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Cuts `count` of the rows off, in proportion to the labels where that is possible.

    Args:
        rows: Row numbers `int64[n]`.
        count: How many are cut off, in [0, n].
        labels: What to stratify by, one for each of `rows`, or `None`.
        seed: Decides which rows; the same seed gives the same rows in every process.

    Returns:
        The rest, the rows cut off (both ascending), and whether the cut is stratified. It
        is not where a side has fewer rows than classes.
    """
    if count == 0:
        return np.sort(rows), rows[:0], True
    if count == len(rows):
        return rows[:0], np.sort(rows), True
    from sklearn.model_selection import train_test_split

    groups = strata(labels)
    pooled = None if groups is None else _pool_single_rows(groups)
    fits = pooled is not None and _can_stratify(pooled, count)
    rest, cut = train_test_split(
        np.arange(len(rows)),
        test_size=count,
        random_state=seed,
        stratify=pooled if fits else None,
    )
    if groups is not None and fits:
        _cover_classes(rest, cut, groups)
    return np.sort(rows[rest]), np.sort(rows[cut]), fits or groups is None


def _pool_single_rows(groups: np.ndarray) -> np.ndarray:
    """Counts classes of one row to the largest class: they cannot be in two splits anyway."""
    sizes = np.bincount(groups)
    return np.where(sizes[groups] < 2, sizes.argmax(), groups)


def _can_stratify(groups: np.ndarray, count: int) -> bool:
    sizes = np.bincount(groups)
    sizes = sizes[sizes > 0]
    return bool(sizes.min() >= 2 and min(count, len(groups) - count) >= len(sizes))


def _cover_classes(rest: np.ndarray, cut: np.ndarray, groups: np.ndarray) -> None:
    """Swaps rows, in place, so that a rare class of two rows or more is on both sides.

    In proportion, three rows of a thousand would often be in one split only.
    """
    for group in np.setdiff1d(groups[rest], groups[cut]):
        spare = np.flatnonzero(groups[rest] == group)
        sizes = np.bincount(groups[cut])
        if len(spare) < 2 or sizes.max() < 2:
            continue
        donor = np.flatnonzero(groups[cut] == sizes.argmax())[0]
        rest[spare[0]], cut[donor] = cut[donor], rest[spare[0]]


def check_shares(validation: float, test: float) -> None:
    """Refuses shares that leave a split without rows.

    Args:
        validation: Share of the rows, in (0, 1).
        test: Share of the rows, in (0, 1); both together below 1.

    Raises:
        ValueError: If they are out of range.

    Example:
        >>> check_shares(0.5, 0.5)
        Traceback (most recent call last):
        ...
        ValueError: `0 < validation`, `0 < test` and `validation + test < 1` must hold. Got ...
    """
    if not (0 < validation < 1 and 0 < test < 1 and validation + test < 1):
        raise ValueError(
            "`0 < validation`, `0 < test` and `validation + test < 1` must hold. "
            f"Got validation={validation}, test={test}."
        )


def three_way(
    length: int,
    *,
    seed: int,
    labels: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    validation: float = 0.15,
    test: float = 0.15,
) -> Indices:
    """Splits rows into train, validation and test; rows of one group stay together.

    Args:
        length: Number of rows, at least 3.
        seed: Decides which rows go where; 0 is a seed.
        labels: `[n]`, to stratify by (the first row of a group speaks for it), or `None`.
        groups: Group numbers `int64[n]` as from `row_groups`, or `None` for one each.
        validation: Share of the groups, in (0, 1).
        test: Share of the groups, in (0, 1); both together below 1.

    Returns:
        Three ascending index arrays that cover every row once.

    Raises:
        DataError: If a split would be empty.
        ValueError: If the shares are out of range.

    Example:
        >>> parts = three_way(10, seed=0, validation=0.2, test=0.2)
        >>> [len(part) for part in parts]
        [6, 2, 2]
    """
    check_shares(validation, test)
    if groups is None:
        groups = np.arange(length)
    _, first, member = np.unique(groups, return_index=True, return_inverse=True)
    counts = [round(share * len(first)) for share in (test, validation)]
    if min(counts) < 1 or sum(counts) >= len(first):
        raise DataError(
            f"Every split needs at least one distinct row. {len(first)} distinct rows cannot be "
            f"split with validation={validation} and test={test}."
        )
    group_labels = None if labels is None else np.asarray(labels)[first]
    rest, test_groups, fits_test = choose(
        np.arange(len(first)), counts[0], labels=group_labels, seed=seed
    )
    rest_labels = None if group_labels is None else group_labels[rest]
    train_groups, validation_groups, fits = choose(rest, counts[1], labels=rest_labels, seed=seed)
    return Indices(
        *(
            np.flatnonzero(np.isin(member, part))
            for part in (train_groups, validation_groups, test_groups)
        ),
        stratified=fits and fits_test,
    )


def limit_rows(
    parts: Indices, rows: int | None, *, seed: int, labels: np.ndarray | None = None
) -> Indices:
    """Keeps at most `rows` training rows and the same share of the other splits.

    Args:
        parts: The full splits.
        rows: Training rows to keep, at least 1; `None` keeps all. One of each class stays.
        seed: Decides which rows stay.
        labels: Labels of all rows, to keep their proportions, or `None`.

    Returns:
        The smaller splits, each with at least one row.

    Raises:
        ValueError: If `rows` is below 1.
    """
    if rows is None:
        return parts
    if rows < 1:
        raise ValueError(f"`rows >= 1` must hold, or None for all. Got rows={rows}.")
    if rows >= len(parts.train):
        return parts
    share = rows / len(parts.train)
    kept = []
    for part in parts:
        count = max(1, round(share * len(part)))
        part_labels = None if labels is None else labels[part]
        kept.append(choose(part, count, labels=part_labels, seed=seed)[1])
    if labels is not None and labels.dtype.kind != "f":
        kept[0] = _with_every_class(kept[0], parts.train, labels)
    return Indices(*kept, stratified=parts.stratified)


def _with_every_class(kept: np.ndarray, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Kept rows with one of each class that lost all: a model has an output for every class."""
    classes, first = np.unique(labels[rows], return_index=True)
    return np.union1d(kept, rows[first[~np.isin(classes, labels[kept])]])
