"""Training and validation rows of a seed; the test rows are the same ones and stay sealed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset


def split_for_seed(dataset: Dataset, seed: int, *, rows: int | None = None) -> Dataset:
    """Draws new training and validation rows from all rows that are not test rows.

    The spread over seeds then holds the luck of the split as well as that of the weights and of
    the order. Equal seeds give equal splits, so arms can be compared seed by seed.

    Args:
        dataset: A dataset of images or of a table.
        seed: At least 0.
        rows: At most so many training rows; the validation split keeps its size.

    Returns:
        The dataset with other training and validation rows; classes keep their shares.
    """
    from sklearn.model_selection import train_test_split

    pool = dataset.train_and_validation()
    stratify = np.asarray(pool.y) if dataset.task == "classification" else None
    count = len(dataset.train) if rows is None else min(rows, len(dataset.train))
    train, validation = train_test_split(
        np.arange(len(pool)),
        train_size=count,
        test_size=len(dataset.validation),
        random_state=seed,
        stratify=stratify,
    )
    return replace(dataset, train=_take(pool, train), validation=_take(pool, validation))


def _take(pool: Any, rows: np.ndarray) -> Any:
    x = pool.x.iloc[rows] if hasattr(pool.x, "iloc") else pool.x[rows]
    return type(pool)(x, np.asarray(pool.y)[rows])
