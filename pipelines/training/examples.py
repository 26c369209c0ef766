"""A few raw inputs beside a saved model, as MLflow will show them; no pickles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def write_example(folder: Path, example: Any) -> None:
    """Writes raw inputs with their types.

    Args:
        folder: Where the file goes; it exists.
        example: A DataFrame, an array, or a dictionary of arrays.
    """
    import pandas as pd

    if isinstance(example, Mapping):
        arrays: dict[str, Any] = dict(example)
        np.savez(folder / "example.npz", **arrays)
        return
    if not isinstance(example, pd.DataFrame):
        np.save(folder / "example.npy", np.asarray(example), allow_pickle=False)
        return
    try:
        example.to_parquet(folder / "example.parquet")
    except (TypeError, ValueError):
        # Columns of several types have no type of Parquet's: as texts they have one.
        mixed = example.select_dtypes("object").columns
        example.astype(dict.fromkeys(mixed, "string")).to_parquet(folder / "example.parquet")


def read_example(folder: Path) -> Any:
    """What `write_example` wrote."""
    import pandas as pd

    table = folder / "example.parquet"
    if table.exists():
        return pd.read_parquet(table)
    several = folder / "example.npz"
    if several.exists():
        with np.load(several, allow_pickle=False) as stored:
            return dict(stored)
    return np.load(folder / "example.npy", allow_pickle=False)
