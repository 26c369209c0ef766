"""The arrays of a search: kept in a file, from which every worker reads them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.jobs.keras_tuner.structures import (
    Structure,
    from_leaves,
    from_named,
    joined,
    leaves,
    row_count,
    take_rows,
    to_named,
)
from pipelines.jobs.recipe.folds import fold_rows
from tuning.files import whole_file

if TYPE_CHECKING:
    from pipelines.jobs.keras_tuner.data import ArrayData, ArrayRows

VALIDATION_SHARE = 0.2
# `x`, `y` and perhaps `weight`; with `_val` at the end those of the validation rows.
Parts = dict[str, Structure]
VALIDATION = "_val"


def store_arrays(path: Path, data: ArrayData, *, seed: int, whole: bool) -> None:
    """Writes the arrays of a search into one file, at once or not at all.

    Args:
        path: The file.
        data: Rows, and perhaps validation rows.
        seed: Which of the rows are held out where there are no validation rows.
        whole: Hold out none, for folds.
    """
    if whole:
        parts = data.rows.parts
    elif data.validation is None:
        parts = split_rows(data.rows, seed=seed)
    else:
        held_out = data.validation.parts.items()
        parts = data.rows.parts | {name + VALIDATION: part for name, part in held_out}
    named: dict[str, Any] = {}
    for name, structure in parts.items():
        named |= to_named(name, structure)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial, partial.open("wb") as stream:
        np.savez(stream, **named)


@functools.lru_cache(maxsize=1)
def stored_arrays(path: Path) -> Parts:
    """The arrays of a study, read once per process; nothing is unpickled."""
    with np.load(path, allow_pickle=False) as stored:
        return from_named(dict(stored))


@functools.lru_cache(maxsize=1)
def _rows_of_folds(path: Path, folds: int) -> Any:
    parts = stored_arrays(path)
    return fold_rows(_comparable(parts["x"]), _labels(parts["y"]), folds, seed=0)


def fold_parts(path: Path, fold: int, folds: int) -> Parts:
    """The arrays of a study with one fold held out.

    Args:
        path: File with `x` and `y`.
        fold: Which fold, from 0.
        folds: Number of folds.

    Returns:
        The parts with those of the fold as validation; every trial has the same folds.
    """
    parts = stored_arrays(path)
    return _divided(parts, *_rows_of_folds(path, folds)[fold])


def whole_parts(parts: Parts) -> Parts:
    """Training and validation rows together."""
    if f"x{VALIDATION}" not in parts:
        return parts
    training = {name: part for name, part in parts.items() if not name.endswith(VALIDATION)}
    # Weights of one of the two alone cannot be joined; the others count once each.
    for name in [one for one in training if one + VALIDATION not in parts]:
        parts = parts | {name + VALIDATION: _ones_like(training[name], parts)}
    return {name: joined(part, parts[name + VALIDATION]) for name, part in training.items()}


def split_rows(rows: ArrayRows, *, seed: int) -> Parts:
    """Holds out a fifth of the rows, stratified where the targets are class numbers.

    Args:
        rows: The rows.
        seed: Which rows.
    """
    from sklearn.model_selection import train_test_split

    labels = _labels(rows.y)
    classes = labels is not None and labels.ndim == 1 and np.issubdtype(labels.dtype, np.integer)
    kept, held_out = train_test_split(
        np.arange(len(rows)),
        test_size=VALIDATION_SHARE,
        random_state=seed,
        stratify=labels if classes else None,
    )
    return _divided(rows.parts, kept, held_out)


def _divided(parts: Parts, kept: np.ndarray, held_out: np.ndarray) -> Parts:
    return {name: take_rows(part, kept) for name, part in parts.items()} | {
        name + VALIDATION: take_rows(part, held_out) for name, part in parts.items()
    }


def _labels(y: Structure) -> np.ndarray | None:
    """Targets by which rows can be divided evenly: those of a single output."""
    return y if isinstance(y, np.ndarray) else None


def _comparable(x: Structure) -> Any:
    """Inputs of which equal rows are found: several arrays as one text a row."""
    if isinstance(x, np.ndarray):
        return x
    arrays = [array for _, array in leaves(x)]
    return [" ".join(one[row].tobytes().hex() for one in arrays) for row in range(len(arrays[0]))]


def _ones_like(weight: Structure, parts: Parts) -> Structure:
    count = row_count(parts[f"x{VALIDATION}"])
    return from_leaves(
        {path: np.ones((count, *one.shape[1:]), one.dtype) for path, one in leaves(weight)}
    )
