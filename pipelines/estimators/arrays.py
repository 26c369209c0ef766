"""Arrays and frames of a caller as the dataset that a recipe trains on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.tasks.sample_weights import NAME as SAMPLE_WEIGHT
from pipelines.tasks.sample_weights import checked_weights, with_weights

if TYPE_CHECKING:
    from pipelines.datasets.containers import Modality

SUPPORTED: tuple[Modality, ...] = ("tabular", "image", "text")


def as_inputs(modality: Modality, x: Any) -> Any:
    """Inputs in the container that recipes of this kind expect.

    Args:
        modality: One of `SUPPORTED`.
        x: `[samples, features]` or a frame for tables, `[samples, height, width, channels]` for
            images, texts for texts.

    Example:
        >>> as_inputs("tabular", np.eye(2)).columns.tolist()
        ['x0', 'x1']
    """
    if modality == "tabular" and not isinstance(x, pd.DataFrame):
        return pd.DataFrame(x, columns=[f"x{index}" for index in range(np.shape(x)[1])])
    return list(x) if modality == "text" else x


def weighted_rows(modality: Modality, x: Any, weights: Any) -> tuple[pd.DataFrame, str]:
    """A table with the weights of its rows as one more column.

    Args:
        modality: Must be `"tabular"`.
        x: A frame, as `as_inputs` gives it.
        weights: One finite number of at least 0 a row.

    Returns:
        The frame and the name of the column.

    Raises:
        ValueError: If it is no table, or the weights do not fit its rows.

    Example:
        >>> frame, name = weighted_rows("tabular", pd.DataFrame({"x": [1, 2]}), [1.0, 0.5])
        >>> frame[name].tolist()
        [1.0, 0.5]
    """
    if modality != "tabular":
        raise ValueError(
            f"`sample_weight` weighs the rows of a table. Got a recipe on {modality} data: weigh "
            "its classes, params={'class_weight': 'balanced'}."
        )
    name = SAMPLE_WEIGHT
    while name in x.columns:
        name += "_"
    weighted = with_weights(x, weights, name=name)
    return weighted.assign(**{name: checked_weights(weighted[name], "`sample_weight`")}), name


def as_dataset(
    modality: Modality,
    x: Any,
    y: np.ndarray,
    *,
    classes: tuple[str, ...] | None,
    validation: float,
    seed: int,
) -> Dataset:
    """A dataset whose validation rows are drawn from the caller's, and whose test split is empty.

    Args:
        modality: One of `SUPPORTED`.
        x: Inputs as `as_inputs` gives them, at least 2.
        y: Class numbers `int64[samples]` or numbers `float[samples]`.
        classes: Names of the classes; `None` for a regression.
        validation: Share of the rows to hold out, in (0, 1); at least one row.
        seed: Which rows.
    """
    held_out = min(max(1, round(validation * len(y))), len(y) - 1)
    counts = np.bincount(y) if classes else np.zeros(1)
    room = min(held_out, len(y) - held_out)
    # Where every class has a row for both sides, both sides get their share of it.
    stratify = y if classes and counts.min() > 1 and room >= len(counts) else None
    train, validate = train_test_split(
        np.arange(len(y)), test_size=held_out, random_state=seed, stratify=stratify
    )
    nothing = np.arange(0)
    return Dataset(
        name="arrays",
        modality=modality,
        task="classification" if classes else "regression",
        train=Split(_rows(x, train), y[train]),
        validation=Split(_rows(x, validate), y[validate]),
        test=SealedSplit(Split(_rows(x, nothing), y[nothing])),
        fingerprint="",
        classes=classes,
        scale=1 / 255 if getattr(x, "dtype", None) == np.uint8 else 1.0,
    )


def _rows(x: Any, rows: np.ndarray) -> Any:
    if isinstance(x, pd.DataFrame):
        return x.iloc[rows].reset_index(drop=True)
    return [x[row] for row in rows] if isinstance(x, list) else x[rows]
