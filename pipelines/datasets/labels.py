"""Checks of class numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipelines.datasets.errors import DataError


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
