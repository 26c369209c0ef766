"""The `data` of `train`: files, and tables in memory for the recipes that take one's own data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

WEIGHTS = "sample_weight"


def data_options(data: Any, *, root: Path) -> dict[str, Any]:
    """Options of a dataset's loader from what a person gave.

    A table in memory is written to a Parquet file below `root`, named after its content: so it is
    read like any other one, with the same checks, and a later run can be traced back to it.

    Args:
        data: None for a recipe's own data; a file or folder; a mapping with `path` (a file or a
            DataFrame) and further options such as `target`; `(frame, "target")`; or `(x, y)` or
            `(x, y, sample_weight)` with a DataFrame or an array `[rows, features]` and one target
            (and weight) per row.
        root: Folder of the embedded stores.

    Raises:
        ValueError: If it is anything else, or `x` and `y` do not belong together.

    Example:
        >>> data_options({"path": "houses.csv", "target": "price"}, root=Path("mlruns"))
        {'path': 'houses.csv', 'target': 'price'}
    """
    if data is None:
        return {}
    if isinstance(data, str | Path):
        return {"path": data}
    if isinstance(data, Mapping):
        path = data.get("path")
        place = {"path": _written(path, root)} if hasattr(path, "to_parquet") else {}
        return {**data, **place}
    if isinstance(data, tuple) and len(data) in (2, 3):
        frame, target = _joined(*data[:2])
        if len(data) == 3:
            frame = _with_weights(frame, data[2])
        return {"path": _written(frame, root), "target": target}
    raise ValueError(
        "`data` is a file or folder, a mapping with `path` and `target`, (frame, 'target'), (x, y) "
        f"or (x, y, sample_weight). Got {type(data).__name__}: a DataFrame alone does not say what "
        "is predicted."
    )


def _joined(x: Any, y: Any) -> tuple[Any, str]:
    """A table with its targets in the last column, and that column's name."""
    import numpy as np
    import pandas as pd

    if isinstance(y, str):
        return x, y
    frame = x
    if not isinstance(x, pd.DataFrame):
        values = np.asarray(x)
        if values.ndim != 2:
            raise ValueError(
                "Arrays in memory are rows of a table, [rows, features]. Got shape "
                f"{values.shape}: give images and texts as a folder or file."
            )
        frame = pd.DataFrame(values, columns=[f"x{number}" for number in range(values.shape[1])])
    targets = np.asarray(y)
    if targets.shape != (len(frame),):
        raise ValueError(
            f"There must be one target per row. Got {len(frame)} rows and targets of shape "
            f"{targets.shape}."
        )
    name = str(getattr(y, "name", None) or "target")
    if name in frame.columns:
        raise ValueError(f"The targets are named like a column. Got {name!r}: rename one of them.")
    return frame.assign(**{name: targets}), name


def weighted_params(data: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters with the column of weights that `data_options` made of a third array."""
    weighted = isinstance(data, tuple) and len(data) == 3
    return {**({WEIGHTS: WEIGHTS} if weighted else {}), **params}


def _with_weights(frame: Any, weights: Any) -> Any:
    import numpy as np

    values = np.asarray(weights)
    if values.shape != (len(frame),):
        raise ValueError(
            f"There must be one weight per row. Got {len(frame)} rows and weights of shape "
            f"{values.shape}."
        )
    if WEIGHTS in frame.columns:
        raise ValueError(
            f"A column is called {WEIGHTS!r} already. Give (x, y) and "
            f"params={{{WEIGHTS!r}: {WEIGHTS!r}}}, or rename it."
        )
    return frame.assign(**{WEIGHTS: values})


def _written(frame: Any, root: Path) -> Path:
    folder = root / "inputs"
    folder.mkdir(parents=True, exist_ok=True)
    content = frame.reset_index(drop=True).to_parquet()
    file = folder / f"{hashlib.sha256(content).hexdigest()[:16]}.parquet"
    if not file.exists():
        partial = file.with_suffix(".partial")
        partial.write_bytes(content)
        partial.replace(file)
    return file
