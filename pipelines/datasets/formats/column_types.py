"""Finds the types of a table's columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.table_reader import Table
from pipelines.datasets.schema import COLUMN_KINDS, Column, ColumnKind

if TYPE_CHECKING:
    import pandas as pd

# A text column with more distinct values than this share of its rows names its rows.
_IDENTIFIER_SHARE = 0.5
_IDENTIFIER_COUNT = 20


def to_numbers(table: Table, name: str, *, decimal: str = ".") -> np.ndarray | None:
    """Reads a column as numbers.

    Args:
        table: The table.
        name: The column.
        decimal: Decimal separator, `"."` or `","`.

    Returns:
        `float64[n]` with NaN where a value is missing, or `None` if a value is no number.

    Raises:
        DataError: If a value is infinite.
    """
    import pandas as pd

    series = table.frame[name]
    if decimal != "." and series.dtype == object:
        series = series.str.replace(decimal, ".", regex=False)
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    missing = table.frame[name].isna().to_numpy()
    if np.isnan(numbers[~missing]).any():
        return None
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        raise DataError(
            f"values are finite. Column {name!r} has {series.iloc[infinite[0]]!r}.",
            path=table.path,
            line=table.lines[infinite[0]],
        )
    return numbers


def first_non_number(table: Table, name: str, *, decimal: str = ".") -> tuple[int, Any]:
    """Finds the line and value of the first entry that is no number."""
    import pandas as pd

    for line, value in zip(table.lines, table.frame[name], strict=True):
        if not pd.isna(value):
            text = str(value).replace(decimal, ".")
            if pd.isna(pd.to_numeric(text, errors="coerce")):
                return line, value
    return table.lines[0], None


def infer_columns(
    table: Table,
    names: list[str],
    overrides: Mapping[str, ColumnKind],
    *,
    decimal: str = ".",
) -> tuple[tuple[Column, ...], pd.DataFrame]:
    """Chooses a kind for each column and converts its values.

    Numbers are numeric, other values categorical. Dropped are columns that tell nothing
    about a new row: without values, with one value only, and texts of which more than half
    are distinct (names, identifiers).

    Args:
        table: The table.
        names: The input columns.
        overrides: Kinds that the user chose.
        decimal: Decimal separator of numbers.

    Returns:
        One description a column, and the converted columns that are not dropped: `float64`
        or `object` (`str` or `None`).

    Raises:
        DataError: If an override names no column or no kind, asks for numbers where there
            are none, or if no column is left.
    """
    import pandas as pd

    for name, kind in overrides.items():
        if name not in names:
            raise DataError(unknown_name("column", name, names), path=table.path)
        if kind not in COLUMN_KINDS:
            raise DataError(unknown_name("column kind", kind, COLUMN_KINDS), path=table.path)
    columns, data = [], {}
    for name in names:
        column, values = _column(table, name, overrides.get(name), decimal)
        columns.append(column)
        if column.kind != "dropped":
            data[name] = values
    if not data:
        raise DataError(
            "one input column at least is expected. Dropped: "
            + "; ".join(f"{column.name} ({column.reason})" for column in columns),
            path=table.path,
        )
    return tuple(columns), pd.DataFrame(data)


def _column(
    table: Table, name: str, chosen: ColumnKind | None, decimal: str
) -> tuple[Column, pd.Series]:
    import pandas as pd

    series = table.frame[name]
    missing = int(series.isna().sum())
    kind, reason = (chosen, "chosen") if chosen else _infer(table, name, decimal)
    if kind == "numeric":
        numbers = to_numbers(table, name, decimal=decimal)
        if numbers is None:
            line, value = first_non_number(table, name, decimal=decimal)
            raise DataError(
                f"column {name!r} is to be numeric, and {value!r} is no number. "
                "Choose 'categorical', or repair the value.",
                path=table.path,
                line=line,
            )
        series = pd.Series(numbers, name=name)
    elif kind == "categorical":
        texts = [None if pd.isna(value) else str(value) for value in series]
        series = pd.Series(texts, name=name, dtype=object)
    return Column(name=name, kind=kind, missing=missing, reason=reason), series


def _infer(table: Table, name: str, decimal: str) -> tuple[ColumnKind, str]:
    series = table.frame[name]
    present = series.dropna()
    distinct = present.nunique()
    if distinct == 0:
        return "dropped", "no values"
    if distinct == 1:
        return "dropped", f"constant: {str(present.iloc[0])[:40]!r} in every row that has a value"
    if series.dtype.kind in "mM":
        return "dropped", "dates are no inputs as they are; derive numbers from them"
    if series.dtype.kind == "b":
        return "categorical", ""
    if to_numbers(table, name, decimal=decimal) is not None:
        return "numeric", ""
    if distinct > max(_IDENTIFIER_COUNT, _IDENTIFIER_SHARE * len(present)):
        return "dropped", f"{distinct} distinct texts in {len(present)} rows: an identifier"
    return "categorical", ""
