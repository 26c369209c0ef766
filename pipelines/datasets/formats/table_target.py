"""The target column of a table: classes or numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.datasets.containers import Task
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.column_types import first_non_number, to_numbers
from pipelines.datasets.formats.stray_texts import refuse_strays
from pipelines.datasets.formats.table_reader import Table
from pipelines.preprocessing.numbers import zero_padded

if TYPE_CHECKING:
    import pandas as pd

# A target of at most so many whole numbers is taken for classes.
_MAX_CLASSES = 20
# From here on floats skip whole numbers: identifiers of 16 digits and more would be merged.
_EXACT = 2.0**53


def read_target(
    table: Table, name: str, task: Task | None, decimal: str
) -> tuple[np.ndarray, tuple[str, ...] | None, str]:
    """Reads the target.

    Args:
        table: The table, without rows that lack the target.
        name: The column.
        task: `None` infers it.
        decimal: Decimal separator of numbers.

    Returns:
        Class numbers `int64[n]` or numbers `float32[n]`, the names of the classes as the file
        spells them (`None` for a regression), and a note on the task.

    Raises:
        DataError: If all values are equal, or no numbers where a regression is asked for.
    """
    import pandas as pd

    column = table.frame[name]
    # A boolean target is two classes, not the numbers 0 and 1; 007 and 7 are two codes.
    texts = column.dtype.kind == "b" or (task != "regression" and zero_padded(column))
    numbers = None if texts else to_numbers(table, name, decimal=decimal)
    if numbers is not None and np.isnan(numbers).any():
        line = table.lines[int(np.flatnonzero(np.isnan(numbers))[0])]
        raise DataError(
            f"the target {name!r} has no value here ({int(np.isnan(numbers).sum())} such rows). "
            "Repair them, or name the text in missing_texts and pass `missing_target='drop'`.",
            path=table.path,
            line=line,
        )
    if numbers is None and task is None:
        refuse_strays(table, name, decimal=decimal, declare="task='classification'")
    values: np.ndarray = (
        np.array([str(value) for value in column], dtype=object) if numbers is None else numbers
    )
    whole = numbers is not None and bool((numbers == np.round(numbers)).all())
    if numbers is not None and whole and np.abs(numbers).max() >= _EXACT:
        values = _exact(column, numbers)
    distinct = pd.unique(values)
    if len(distinct) < 2:
        raise DataError(
            f"the target {name!r} has one value in every row ({distinct[0]!r}): there is "
            "nothing to learn.",
            path=table.path,
        )
    how = "chosen"
    if task is None:
        classes_meant = numbers is None or (whole and len(distinct) <= _MAX_CLASSES)
        task = "classification" if classes_meant else "regression"
        how = "inferred; pass `task` to change it"
    note = f"target {name!r}: {task} ({len(distinct)} distinct values; {how})"
    if task == "regression":
        if numbers is None:
            line, value = first_non_number(table, name, decimal=decimal)
            raise DataError(
                f"a regression needs numbers; the target {name!r} has {value!r}.",
                path=table.path,
                line=line,
            )
        return numbers.astype(np.float32), None, note
    ordered = sorted(distinct)
    spelled = dict(zip(values, column, strict=True)) if whole else {}
    classes = tuple(_class_name(item, spelled.get(item)) for item in ordered)
    number = {item: position for position, item in enumerate(ordered)}
    return np.array([number[item] for item in values], dtype=np.int64), classes, note


def _exact(column: pd.Series, numbers: np.ndarray) -> np.ndarray:
    """Whole numbers of any size as `int`; what only a spreadsheet writes so stays a float."""

    def exact(value: object, number: float) -> int | float:
        try:
            return int(str(value))
        except ValueError:
            return number

    return np.array([exact(*pair) for pair in zip(column, numbers, strict=True)], dtype=object)


def _class_name(value: object, spelled: object) -> str:
    """A class as the file writes it; whole numbers without the fraction that exports add."""
    if not isinstance(value, float):
        return str(value)
    if isinstance(spelled, str) and not spelled.lstrip("+-").replace(".", "").isdigit():
        return spelled
    return str(int(value)) if value.is_integer() else str(value)
