"""Arrays and frames of a caller as the dataset that a recipe trains on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.sample_weights import checked_weights, weights_at

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


def as_dataset(
    modality: Modality,
    x: Any,
    y: np.ndarray,
    *,
    classes: tuple[str, ...] | None,
    validation: float,
    seed: int,
    sample_weight: Any = None,
) -> Dataset:
    """A dataset whose validation rows are drawn from the caller's, and whose test split is empty.

    Args:
        modality: One of `SUPPORTED`.
        x: Inputs as `as_inputs` gives them, at least 2.
        y: Class numbers `int64[samples]` or numbers `float[samples]`.
        classes: Names of the classes; `None` for a regression.
        validation: Share of the rows to hold out, in (0, 1); at least one row.
        seed: Which rows.
        sample_weight: What each row counts in the training, `[samples]`, or `None`.

    Raises:
        ValueError: If the weights do not fit the rows.
    """
    weights = None
    if sample_weight is not None:
        weights = checked_weights(sample_weight, "`sample_weight`", rows=len(y))
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
        train=Split(_rows(x, train), y[train], weights=weights_at(weights, train)),
        validation=Split(_rows(x, validate), y[validate], weights=weights_at(weights, validate)),
        test=SealedSplit(Split(_rows(x, nothing), y[nothing])),
        fingerprint="",
        classes=classes,
        scale=1 / 255 if getattr(x, "dtype", None) == np.uint8 else 1.0,
    )


def _rows(x: Any, rows: np.ndarray) -> Any:
    if isinstance(x, pd.DataFrame):
        return x.iloc[rows].reset_index(drop=True)
    return [x[row] for row in rows] if isinstance(x, list) else x[rows]
