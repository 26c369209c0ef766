"""A few raw inputs of a saved model and its answers, as MLflow will show them; no pickles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_INPUTS, _OUTPUTS = "example", "answers"  # names of files


def write_example(folder: Path, inputs: Any, outputs: Any = None) -> None:
    """Writes raw inputs, and what the model answers to them, with their types.

    Args:
        folder: Where the files go; it exists.
        inputs: A DataFrame, an array, or a dictionary of arrays.
        outputs: The same of the answers, or None.
    """
    _write(folder / _INPUTS, inputs)
    if outputs is not None:
        _write(folder / _OUTPUTS, outputs)


def read_example(folder: Path) -> tuple[Any, Any]:
    """What `write_example` wrote: inputs, and outputs or None."""
    return _read(folder / _INPUTS), _read(folder / _OUTPUTS)


def _write(stem: Path, example: Any) -> None:
    import pandas as pd

    if isinstance(example, Mapping):
        arrays: dict[str, Any] = dict(example)
        np.savez(stem.with_suffix(".npz"), **arrays)
        return
    if not isinstance(example, pd.DataFrame):
        np.save(stem.with_suffix(".npy"), np.asarray(example), allow_pickle=False)
        return
    table = stem.with_suffix(".parquet")
    try:
        example.to_parquet(table)
    except (TypeError, ValueError):
        # Columns of several types have no type of Parquet's: as texts they have one.
        mixed = example.select_dtypes("object").columns
        example.astype(dict.fromkeys(mixed, "string")).to_parquet(table)


def _read(stem: Path) -> Any:
    import pandas as pd

    table, several, one = (stem.with_suffix(end) for end in (".parquet", ".npz", ".npy"))
    if table.exists():
        return pd.read_parquet(table)
    if several.exists():
        with np.load(several, allow_pickle=False) as stored:
            return dict(stored)
    return np.load(one, allow_pickle=False) if one.exists() else None
