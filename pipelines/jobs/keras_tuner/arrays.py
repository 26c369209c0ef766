"""The arrays of a search: kept in a file, from which every worker reads them."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.jobs.recipe.folds import fold_rows

VALIDATION_SHARE = 0.2
Parts = dict[str, np.ndarray]
_SEVERAL = ("x", "y", "x_val", "y_val")


def store_arrays(path: Path, data: tuple[Any, ...], *, seed: int, whole: bool) -> None:
    """Writes the arrays of a search into one file, at once or not at all.

    Args:
        path: The file.
        data: `(x, y)` or `(x, y, x_val, y_val)`.
        seed: Which rows of `(x, y)` are held out.
        whole: Hold out none, for folds.
    """
    if whole:
        parts = dict(zip(_SEVERAL[:2], map(np.asarray, data), strict=True))
    elif len(data) == 2:
        parts = split_rows(*data, seed=seed)
    else:
        parts = dict(zip(_SEVERAL, map(np.asarray, data), strict=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    np.savez(partial, **parts)  # type: ignore[arg-type]
    partial.replace(path)


@functools.lru_cache(maxsize=1)
def stored_arrays(path: Path) -> Parts:
    """The arrays of a study, read once per process; nothing is unpickled."""
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


@functools.lru_cache(maxsize=1)
def _rows_of_folds(path: Path, folds: int) -> Any:
    parts = stored_arrays(path)
    return fold_rows(parts["x"], parts["y"], folds, seed=0)


def fold_parts(path: Path, fold: int, folds: int) -> Parts:
    """The arrays of a study with one fold held out.

    Args:
        path: File with `x` and `y`.
        fold: Which fold, from 0.
        folds: Number of folds.

    Returns:
        `x`, `y`, `x_val` and `y_val`; every trial has the same folds.
    """
    parts = stored_arrays(path)
    kept, held_out = _rows_of_folds(path, folds)[fold]
    return {key: parts[key][kept] for key in ("x", "y")} | {
        f"{key}_val": parts[key][held_out] for key in ("x", "y")
    }


def split_rows(x: Any, y: Any, *, seed: int) -> Parts:
    """Holds out a fifth of the rows, stratified where the targets are class numbers.

    Args:
        x: Inputs `[rows, ...]`.
        y: Targets `[rows, ...]`.
        seed: Which rows.

    Raises:
        ValueError: If the numbers of rows differ.
    """
    from sklearn.model_selection import train_test_split

    x, y = np.asarray(x), np.asarray(y)
    if len(x) != len(y):
        raise ValueError(f"`x` and `y` must have as many rows. Got {len(x)} and {len(y)}.")
    classes = y.ndim == 1 and np.issubdtype(y.dtype, np.integer)
    x, x_val, y, y_val = train_test_split(
        x, y, test_size=VALIDATION_SHARE, random_state=seed, stratify=y if classes else None
    )
    return {"x": x, "y": y, "x_val": x_val, "y_val": y_val}
