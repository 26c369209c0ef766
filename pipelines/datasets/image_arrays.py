"""Makes an image dataset of decoded arrays with an official test split."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.datasets.cache import Decoded
from pipelines.datasets.containers import Dataset, SealedSplit, Split
from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import fingerprint
from pipelines.datasets.splitting import carve, limit_rows


def check_labels(labels: np.ndarray, num_classes: int, *, path: Any) -> None:
    """Refuses labels outside the classes.

    Args:
        labels: Integers `[n]`.
        num_classes: Number of classes.
        path: Named in the error.

    Raises:
        DataError: With the row, counted from 1, and the value of the first bad label.
    """
    bad = np.flatnonzero((labels < 0) | (labels >= num_classes))
    if len(bad):
        raise DataError(
            f"`0 <= label < {num_classes}` must hold. Row {bad[0] + 1} has the label "
            f"{labels[bad[0]]}, and {len(bad) - 1} more are outside.",
            path=path,
        )


def check_classes_present(labels: np.ndarray, classes: tuple[str, ...], what: str) -> None:
    """Refuses a split in which a class has no row.

    Args:
        labels: Class numbers of the split.
        classes: Names of all classes.
        what: Name of the split.

    Raises:
        DataError: Naming the absent classes.
    """
    absent = [classes[n] for n in np.setdiff1d(np.arange(len(classes)), labels)]
    if absent:
        shown = ", ".join(absent[:5]) + (", ..." if len(absent) > 5 else "")
        raise DataError(
            f"every class needs rows in the {what} split. It has none of {len(absent)} "
            f"of {len(classes)} classes: {shown}. Add data, or merge or remove these classes."
        )


def image_dataset(
    name: str,
    decoded: Decoded,
    classes: tuple[str, ...],
    *,
    validation: float,
    seed: int,
    rows: int | None,
) -> Dataset:
    """Carves the validation split and seals the test split.

    Args:
        name: Name of the dataset.
        decoded: Arrays `train_x`, `train_y`, `test_x`, `test_y`.
        classes: Names of the classes.
        validation: Share of the official training rows, in (0, 1).
        seed: Decides which rows are carved out.
        rows: Training rows to keep at most, or `None`.

    Returns:
        The dataset; the test images stay memory-mapped where the cache holds them.
    """
    arrays = decoded.arrays
    labels = np.concatenate([arrays["train_y"], arrays["test_y"]]).astype(np.int64)
    length = len(arrays["train_y"])
    for what, part in (("training", labels[:length]), ("test", labels[length:])):
        check_classes_present(part, classes, what)
    parts = carve(
        np.arange(length),
        np.arange(length, len(labels)),
        round(validation * length),
        labels=labels,
        seed=seed,
    )
    kept = limit_rows(parts, rows, seed=seed, labels=labels)
    test_x = arrays["test_x"]
    if len(kept.test) < len(test_x):
        test_x = test_x[kept.test - length]
    return Dataset(
        name=name,
        modality="image",
        task="classification",
        train=Split(arrays["train_x"][kept.train], labels[kept.train]),
        validation=Split(arrays["train_x"][kept.validation], labels[kept.validation]),
        test=SealedSplit(Split(test_x, labels[kept.test])),
        classes=classes,
        fingerprint=fingerprint(decoded.digest, kept),
        notes=decoded.notes,
        scale=1 / 255,
    )
