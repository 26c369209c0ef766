"""Weights of single training rows: what the losses take, and a table of files with weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.table_reader import read_table

NAME = "sample_weight"


def checked_weights(values: Any, what: str, *, rows: int | None = None) -> np.ndarray:
    """Weights as the losses take them.

    Args:
        values: One number a row.
        what: What they are called in messages.
        rows: How many there must be, or None for any number.

    Returns:
        `float32[rows]`.

    Raises:
        ValueError: If there is not one for each row, one is missing, no number, infinite or
            negative, or all are 0.

    Example:
        >>> checked_weights([1, 0.5], "`sample_weight`").tolist()
        [1.0, 0.5]
    """
    import pandas as pd

    given = np.asarray(values)
    if rows is not None and given.shape != (rows,):
        raise ValueError(
            f"There must be one weight per row. Got {rows} rows and weights of shape {given.shape}."
        )
    given = given.ravel()
    weights = pd.to_numeric(pd.Series(given), errors="coerce").to_numpy(float)
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise ValueError(
            f"{what} must be finite numbers of at least 0. {len(wrong)} of {len(weights)} are not, "
            f"the first in row {wrong[0]}: {given[wrong[0]]!r}."
        )
    if not weights.any():
        raise ValueError(f"{what} must not all be zero: then nothing is learnt.")
    return weights.astype(np.float32)


def read_file_weights(path: Path | str, files: Sequence[str]) -> np.ndarray:
    """Reads the weights of files from a table of their names.

    Args:
        path: A CSV, TSV or Parquet file with a header and two columns: names as `files` has them,
            and weights.
        files: Names of the files, as below their folder or in their archive.

    Returns:
        `float32[files]`.

    Raises:
        DataError: If it is no such table, or does not name each file once.
        ValueError: If a weight is no finite number of at least 0, or all are 0.
    """
    source = Path(path)
    frame = read_table(source).frame
    if len(frame.columns) != 2:
        raise DataError(
            "a table of weights has two columns, the file and its weight. Got "
            f"{', '.join(frame.columns)}.",
            path=source,
        )
    names = [_plain(name) for name in frame.iloc[:, 0]]
    known = set(files)
    unknown = [name for name in names if name not in known]
    if unknown:
        listed = unknown_name("file", unknown[0], files[:3])
        raise DataError(f"{len(unknown)} of {len(names)} names fit no file. {listed}", path=source)
    twice = [name for name, count in Counter(names).items() if count > 1]
    lacking = [name for name in files if name not in set(names)]
    for found, what in ((twice, "have more than one weight"), (lacking, "have no weight")):
        if found:
            raise DataError(
                f"each file has one weight. {len(found)} of {len(files)} {what}, the first of "
                f"them {found[0]!r}.",
                path=source,
            )
    places = {name: place for place, name in enumerate(names)}
    order = [places[name] for name in files]
    return checked_weights(frame.iloc[order, 1], f"Weights ({source.name})")


def weights_at(weights: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    """The weights of some rows, if there are any."""
    return None if weights is None else weights[rows]


def weights_note(weights: np.ndarray | None) -> tuple[str, ...]:
    """What the table of the data says of weights."""
    if weights is None:
        return ()
    return (f"training rows weigh from {weights.min():g} to {weights.max():g}",)


def _plain(name: Any) -> str:
    return str(name).replace("\\", "/").removeprefix("./")
