"""Finds the types of a table's columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.stray_texts import refuse_strays
from pipelines.datasets.formats.table_reader import Table
from pipelines.datasets.schema import COLUMN_KINDS, Column, ColumnKind
from pipelines.preprocessing.dates import DAY_FIRST, find_format, order_doubt, to_dates
from pipelines.preprocessing.frames import categories_of
from pipelines.preprocessing.numbers import (
    MISSING_NUMBERS,
    column_decimal,
    first_spelled,
    mixed_units,
    non_numbers,
    parse_numbers,
    without_marks,
    zero_padded,
)

if TYPE_CHECKING:
    import pandas as pd

# A text column with more distinct values than this share of its rows names its rows.
_IDENTIFIER_SHARE = 0.5
_IDENTIFIER_COUNT = 20
# With so many words in the middle row it is text, whose words may tell something.
_SENTENCE = 4


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
    series = without_marks(table.frame[name])
    # One text is enough for a column to be none of numbers.
    numbers = parse_numbers(series, decimal=column_decimal(series, decimal), most=0)
    if np.isnan(numbers[series.notna().to_numpy()]).any():
        return None
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        raise DataError(
            f"values are finite. Column {name!r} has {series.iloc[infinite[0]]!r}. Repair it or, "
            "where it means no value, leave it empty.",
            path=table.path,
            line=table.lines[infinite[0]],
        )
    return numbers


def first_non_number(table: Table, name: str, *, decimal: str = ".") -> tuple[int, Any]:
    """Finds the line and value of the first entry that is no number."""
    series = without_marks(table.frame[name])
    found = non_numbers(series, decimal=column_decimal(series, decimal), most=len(series))
    return (table.lines[found[0]], series.iloc[found[0]]) if found else (table.lines[0], None)


def infer_columns(
    table: Table,
    names: list[str],
    overrides: Mapping[str, ColumnKind],
    *,
    decimal: str = ".",
    day_first: bool | None = None,
) -> tuple[tuple[Column, ...], pd.DataFrame]:
    """Chooses a kind for each column and converts its values.

    Numbers are numeric, also as spreadsheets write them (12,345.67, 45.1%, $3); whole numbers with
    leading zeros are codes, hence categorical; dates are dates; other values are categorical.
    Texts of which more than half are distinct are free text where they have four words or more.
    Numbers among which a few texts stand are refused: taken for categories they would say nothing.
    Dropped are columns that tell nothing about a new row: without values, with one value only,
    and shorter texts that are mostly distinct (names, identifiers).

    Args:
        table: The table.
        names: The input columns.
        overrides: Kinds that the user chose.
        decimal: Decimal separator of numbers.
        day_first: The order of dates such as 03/04/2026, where no value of the column tells it;
            `None` takes the month first, and says so.

    Returns:
        One description a column, and the converted columns that are not dropped: `float64`
        or `object` (`str` or `None`).

    Raises:
        DataError: If an override names no column or no kind, asks for numbers where there
            are none, if a few texts stand in a column of numbers, or if no column is left.
    """
    import pandas as pd

    for name, kind in overrides.items():
        if name not in names:
            raise DataError(unknown_name("column", name, names), path=table.path)
        if kind not in COLUMN_KINDS:
            raise DataError(unknown_name("column kind", kind, COLUMN_KINDS), path=table.path)
    columns, data = [], {}
    for name in names:
        column, values = _column(
            table, name, overrides.get(name), decimal=decimal, day_first=day_first
        )
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
    table: Table, name: str, chosen: ColumnKind | None, *, decimal: str, day_first: bool | None
) -> tuple[Column, pd.Series]:
    series = table.frame[name]
    kind, reason = (chosen, "chosen") if chosen else _infer(table, name, decimal)
    form = units = order = ""
    if kind == "numeric":
        units = mixed_units(without_marks(series))
        decimal = column_decimal(without_marks(series), decimal)
        series = _numeric(table, name, decimal)
    elif kind == "date":
        form = _date_format(table, name, DAY_FIRST if day_first else ())
        order = order_note(series, form) if day_first is None else ""
        series = to_dates(series, form)
    elif kind in ("categorical", "text"):
        series = _categorical(series)
    missing = int(series.isna().sum())
    column = Column(
        name=name,
        kind=kind,
        missing=missing,
        reason=reason,
        form=form,
        decimal=decimal if kind == "numeric" else ".",
        units=units,
        order=order,
    )
    return column, series


def _numeric(table: Table, name: str, decimal: str) -> pd.Series:
    import pandas as pd

    numbers = to_numbers(table, name, decimal=decimal)
    if numbers is None:
        line, value = first_non_number(table, name, decimal=decimal)
        raise DataError(
            f"column {name!r} is to be numeric, and {value!r} is no number. "
            "Choose 'categorical', or repair the value.",
            path=table.path,
            line=line,
        )
    return pd.Series(numbers, name=name)


def _categorical(series: pd.Series) -> pd.Series:
    import pandas as pd

    # As new rows are read: whole numbers that a gap has turned into floats have no fraction.
    return pd.Series(categories_of(series), name=series.name, dtype=object)


def order_note(column: pd.Series, form: str) -> str:
    """What to say, and to do, where the order of day and month was guessed; empty where not."""
    doubt = "" if column.dtype.kind == "M" else order_doubt(column, form)
    if not doubt:
        return ""
    return f"{doubt}; pass `day_first=True` for the day first, or pass `day_first=False` to agree"


def _date_format(table: Table, name: str, prefer: Collection[str]) -> str:
    """The format of a column of dates, all of which exist."""
    series = table.frame[name]
    if series.dtype.kind == "M":
        return "ISO8601"
    found = find_format(series, prefer=prefer)
    if found is None:
        raise DataError(
            f"column {name!r} is to hold dates, and its texts are in no one format of dates "
            f"(first: {str(series.dropna().iloc[0])!r}).",
            path=table.path,
        )
    form, bad = found
    if bad is not None:
        raise DataError(
            f"column {name!r} holds dates, and {series.iloc[bad]!r} is none. Repair it, or pass "
            f"columns={{{name}: categorical}}.",
            path=table.path,
            line=table.lines[bad],
        )
    return form


def _infer(table: Table, name: str, decimal: str) -> tuple[ColumnKind, str]:
    series = table.frame[name]
    present = series.dropna()
    distinct = present.nunique()
    if distinct == 0:
        return "dropped", "no values"
    if distinct == 1 and present.size:
        return "dropped", f"constant: {str(present.iloc[0])[:40]!r} in every row that has a value"
    if series.dtype.kind == "M":
        return "date", ""
    if series.dtype.kind == "m":
        return "dropped", "durations are no inputs as they are; write them as numbers"
    if series.dtype.kind == "b":
        return "categorical", ""
    if zero_padded(present):
        return "categorical", "codes: whole numbers with leading zeros"
    numbers = to_numbers(table, name, decimal=decimal)
    if numbers is not None:
        if np.isnan(numbers).all():
            return "dropped", "no values"
        spelled = first_spelled(without_marks(series)) if decimal == "." else None
        return "numeric", f"read from texts such as {spelled!r}" if spelled else ""
    refuse_strays(table, name, decimal=decimal, declare=f"columns={ ({name: 'categorical'}) }")
    if find_format(series) is not None:
        return "date", "year, month, weekday and hour, as far as they differ"
    if distinct > max(_IDENTIFIER_COUNT, _IDENTIFIER_SHARE * len(present)):
        if np.median([len(str(text).split()) for text in present]) >= _SENTENCE:
            return "text", "the words of free text"
        return "dropped", f"{distinct} distinct texts in {len(present)} rows: an identifier"
    return "categorical", _kept_marks(present)


def _kept_marks(present: pd.Series) -> str:
    """Counts the texts that would be missing in a column of numbers."""
    counts = present.astype(str).value_counts()
    kept = [
        f"{text!r} {n} times" for text, n in counts.items() if str(text).lower() in MISSING_NUMBERS
    ]
    return f"a category, not missing: {', '.join(kept)}" if kept else ""
