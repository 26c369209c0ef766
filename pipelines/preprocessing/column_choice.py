"""Which columns of a table are inputs, and what each of them holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipelines.preprocessing.dates import DateColumn, fit_dates
from pipelines.preprocessing.frames import column_of

if TYPE_CHECKING:
    import pandas as pd

Names = Sequence[str] | None


def find_dates(
    frame: pd.DataFrame, formats: Mapping[str, str], *, chosen: tuple[Names, Names]
) -> list[DateColumn]:
    """The columns of dates.

    Args:
        frame: Training rows.
        formats: Name to format of columns that hold texts of dates.
        chosen: Columns that were asked for as numbers and as categories; None: not said.
    """
    other_kinds = {name for names in chosen for name in names or ()}
    typed = [name for name in frame.columns if frame[name].dtype.kind == "M"]
    found = {name: "ISO8601" for name in typed if name not in other_kinds} | dict(formats)
    return [fit_dates(name, column_of(frame, name), form) for name, form in found.items()]


def choose_columns(
    frame: pd.DataFrame, numeric: Names, categorical: Names, *, apart: Collection[str]
) -> tuple[list[str], list[str]]:
    """The columns of numbers and those of categories.

    Args:
        frame: Training rows.
        numeric: Names that were asked for; None: every column of a number type.
        categorical: The same; None: every other column.
        apart: Columns of dates and of free text, which are neither.

    Raises:
        ValueError: If there is no input column, or a column was asked for as both.
    """
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if numeric is None:
        taken = {*(categorical or ()), *apart}
        numeric = [
            str(name)
            for name in frame.columns
            if name not in taken
            and is_numeric_dtype(frame[name])
            and not is_bool_dtype(frame[name])
        ]
    if categorical is None:
        categorical = [str(name) for name in frame.columns if name not in {*numeric, *apart}]
    if not numeric and not categorical and not apart:
        raise ValueError("A table needs at least one input column. Got none.")
    both = sorted(set(numeric) & set(categorical))
    if both:
        raise ValueError(f"A column has one kind. Numeric and categorical: {', '.join(both)}.")
    return list(numeric), list(categorical)


def leave_out_constants(
    table: dict[str, np.ndarray], texts: dict[str, list[str | None]], *, drop: bool
) -> tuple[str, ...]:
    """Removes columns that say nothing, in place.

    Args:
        table: Name to numbers, `float[n]`.
        texts: Name to categories.
        drop: Whether there may be such columns.

    Returns:
        Names of the removed columns.

    Raises:
        ValueError: If there are some and they may not be there.
    """
    constant = [
        name for name, values in table.items() if len(np.unique(values[~np.isnan(values)])) < 2
    ]
    constant += [name for name, values in texts.items() if len(set(values)) < 2]
    if constant and not drop:
        raise ValueError(
            "A column must have at least two different values in the training rows. "
            f"Constant or empty: {', '.join(constant)}. Drop them, or set drop_constant=True."
        )
    for name in constant:
        table.pop(name, None)
        texts.pop(name, None)
    return tuple(constant)
