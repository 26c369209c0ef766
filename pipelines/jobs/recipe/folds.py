"""Folds of cross-validation over training and validation rows; the test split stays sealed."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from typing import Any

import numpy as np

from pipelines.datasets.containers import Dataset, Split
from pipelines.datasets.sample_weights import weights_at
from pipelines.datasets.splits.splitting import row_groups, strata
from pipelines.training.data import DataRequest, cached_dataset
from tuning import JobError

Rows = tuple[np.ndarray, np.ndarray]


def fold_of(request: DataRequest, fold: int, folds: int) -> Dataset:
    """The dataset of one fold: the same for every trial, so that trials differ by their point.

    Args:
        request: Which data.
        fold: Which fold is held out, from 0.
        folds: Number of folds, at least 2.

    Returns:
        The dataset with the fold as `validation` and all other open rows as `train`.

    Raises:
        JobError: If there are too few rows for so many folds.
    """
    dataset = cached_dataset(request)
    rows = dataset.train_and_validation()
    kept, held_out = _dataset_folds(request, folds)[fold]
    mark = f"{dataset.fingerprint}/fold {fold} of {folds}"
    return dataclasses.replace(
        dataset,
        train=_part(rows, kept),
        validation=_part(rows, held_out),
        fingerprint=hashlib.sha256(mark.encode()).hexdigest(),
    )


def _part(rows: Split, chosen: np.ndarray) -> Split:
    weights = weights_at(rows.weights, chosen)
    return Split(take(rows.x, chosen), take(rows.y, chosen), weights=weights)


@functools.lru_cache(maxsize=2)
def _dataset_folds(request: DataRequest, folds: int) -> tuple[Rows, ...]:
    rows = cached_dataset(request).train_and_validation()
    return fold_rows(rows.x, rows.y, folds, seed=request.seed)


def fold_rows(x: Any, y: Any, folds: int, *, seed: int) -> tuple[Rows, ...]:
    """Divides rows into folds, stratified by the labels; equal rows stay in one fold.

    Args:
        x: Inputs: an array, a `DataFrame`, a list of texts, or image files.
        y: Class numbers, or numbers, which are stratified by their quantiles.
        folds: Number of folds, at least 2.
        seed: Which row is in which fold.

    Returns:
        For each fold the kept and the held-out row numbers, both ascending.

    Raises:
        JobError: If a class has fewer rows than folds.

    Example:
        >>> rows = fold_rows(np.arange(8).reshape(8, 1), np.array([0, 1] * 4), 4, seed=0)
        >>> [len(held_out) for _, held_out in rows]
        [2, 2, 2, 2]
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    labels = None if y is None or np.ndim(y) != 1 else np.asarray(y)
    if len(x) < folds:
        raise JobError(f"`folds <= rows` must hold. Got folds={folds} and {len(x)} rows.")
    layers = strata(labels)
    smallest = 0 if layers is None else int(np.bincount(layers).min())
    if layers is not None and smallest < folds and np.asarray(labels).dtype.kind != "f":
        raise JobError(
            f"Each fold needs a row of each class. Got folds={folds}, and the smallest class has "
            f"{smallest} rows: ask for fewer folds."
        )
    groups = _groups(x)
    plain = KFold if groups is None else GroupKFold
    splitter: Any = plain(folds, shuffle=True, random_state=seed)
    if layers is not None and smallest >= folds:
        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        splitter = kind(folds, shuffle=True, random_state=seed)
    return tuple(splitter.split(np.zeros(len(x)), layers, groups))


def take(values: Any, rows: np.ndarray) -> Any:
    """Selects rows of an array, a table, a list or image files.

    Example:
        >>> take(["a", "b", "c"], np.array([0, 2]))
        ['a', 'c']
    """
    if hasattr(values, "iloc"):
        return values.iloc[rows].reset_index(drop=True)
    if isinstance(values, list | tuple):
        return [values[row] for row in rows]
    return values[rows]


def _groups(x: Any) -> np.ndarray | None:
    """Numbers equal rows alike, or None when all differ; files are taken to be distinct."""
    rows = x
    if hasattr(x, "iloc"):
        import pandas as pd

        rows = pd.util.hash_pandas_object(x, index=False).tolist()
    if not isinstance(rows, np.ndarray | list | tuple):
        return None
    groups = row_groups(rows)
    return groups if groups.max() + 1 < len(groups) else None
