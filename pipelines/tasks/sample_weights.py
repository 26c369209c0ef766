"""Weights of single training rows, from a column of their table or beside the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cookbook._names import unknown_name

if TYPE_CHECKING:
    import pandas as pd

NAME = "sample_weight"


def weight_column(extra: Mapping[str, Any], frame: pd.DataFrame) -> str | None:
    """The column that the hyperparameter `sample_weight` names.

    Args:
        extra: Hyperparameters of a task.
        frame: Raw training rows.

    Raises:
        ValueError: If there is no such column, or it is the only one.
    """
    name = extra.get(NAME)
    if name is None or name in ("", "none"):
        return None
    if name not in frame.columns:
        raise ValueError(unknown_name("column of weights", str(name), list(frame.columns)))
    if len(frame.columns) == 1:
        raise ValueError(
            f"A column of weights is no input. Got {NAME}={name!r}, the only column: a model "
            "needs another one."
        )
    return str(name)


def with_weights(frame: pd.DataFrame, weights: Any, *, name: str = NAME) -> pd.DataFrame:
    """A table with the weights of its rows as one more column.

    Args:
        frame: The table.
        weights: One number a row.
        name: Name of the column, which the table does not have.

    Raises:
        ValueError: If there is not one weight per row.
    """
    values = np.asarray(weights)
    if values.shape != (len(frame),):
        raise ValueError(
            f"There must be one weight per row. Got {len(frame)} rows and weights of shape "
            f"{values.shape}."
        )
    return frame.assign(**{name: values})


def checked_weights(values: Any, what: str) -> np.ndarray:
    """Weights as the losses take them.

    Args:
        values: One number a row.
        what: What they are called in messages.

    Returns:
        `float32[rows]`.

    Raises:
        ValueError: If one is missing, no number, infinite or negative, or all are 0.

    Example:
        >>> checked_weights([1, 0.5], "`sample_weight`").tolist()
        [1.0, 0.5]
    """
    import pandas as pd

    weights = pd.to_numeric(pd.Series(np.asarray(values).ravel()), errors="coerce").to_numpy(float)
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise ValueError(
            f"{what} must be finite numbers of at least 0. {len(wrong)} of {len(weights)} are not, "
            f"the first in row {wrong[0]}: {np.asarray(values).ravel()[wrong[0]]!r}."
        )
    if not weights.any():
        raise ValueError(f"{what} must not all be 0: then nothing is learnt.")
    return weights.astype(np.float32)
