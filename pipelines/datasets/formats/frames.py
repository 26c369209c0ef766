"""A data frame with its split as a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.sample_weights import weights_at
from pipelines.datasets.schema import Schema
from pipelines.datasets.splits.splitting import Indices

if TYPE_CHECKING:
    import pandas as pd


def frame_dataset(
    frame: pd.DataFrame,
    y: np.ndarray,
    parts: Indices,
    *,
    name: str,
    classes: tuple[str, ...] | None,
    fingerprint: str,
    schema: Schema,
    notes: tuple[str, ...] = (),
    weights: np.ndarray | None = None,
) -> Dataset:
    """Divides a table.

    Args:
        frame: Inputs, one row a sample.
        y: Class numbers `int64[n]`, or numbers `float32[n]`.
        parts: Rows of training, validation and test.
        name: Name of the dataset.
        classes: Names of the classes; `None` for a regression.
        fingerprint: Of content and split.
        schema: Kinds of the columns.
        notes: What the loader inferred, dropped or skipped.
        weights: What each row counts in a training, or `None`.

    Returns:
        The dataset; each split counts its rows from 0, and the test split is sealed.
    """
    train, validation, test = (
        Split(
            frame.iloc[part].reset_index(drop=True),
            y[part],
            weights=weights_at(weights, part),
        )
        for part in parts
    )
    return Dataset(
        name=name,
        modality="tabular",
        task="regression" if classes is None else "classification",
        train=train,
        validation=validation,
        test=SealedSplit(test),
        classes=classes,
        fingerprint=fingerprint,
        notes=notes,
        schema=schema,
    )
