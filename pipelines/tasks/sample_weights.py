"""Which weights the training rows have: those of the dataset, or a column of their table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.sample_weights import NAME, checked_weights

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset, Split


def weight_column(extra: Mapping[str, Any], dataset: Dataset) -> str | None:
    """The column that the hyperparameter `sample_weight` names.

    Args:
        extra: Hyperparameters of a task.
        dataset: A table.

    Raises:
        ValueError: If there is no such column, it is the only one, or the dataset has weights.
    """
    name, frame = extra.get(NAME), dataset.train.x
    if name is None or name in ("", "none"):
        return None
    if dataset.train.weights is not None:
        raise ValueError(
            f"Rows are weighted in one way. Got the hyperparameter {NAME}={name!r} beside the "
            f"weights of the data (`--sample-weights`, the data option {NAME!r}): leave one out."
        )
    if name not in frame.columns:
        raise ValueError(unknown_name("column of weights", str(name), list(frame.columns)))
    if len(frame.columns) == 1:
        raise ValueError(
            f"A column of weights is no input. Got {NAME}={name!r}, the only column: a model "
            "needs another one."
        )
    return str(name)


def training_weights(split: Split) -> np.ndarray | None:
    """The weights of rows to train on, `float32[rows]`, or None.

    Raises:
        ValueError: If all are 0, which those of the whole dataset may not be.
    """
    if split.weights is None:
        return None
    return checked_weights(split.weights, "Weights of the training rows", rows=len(split))
