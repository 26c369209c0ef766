"""Raw rows as data frames with clean numbers and categories."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.preprocessing.numbers import parse_numbers, without_marks

if TYPE_CHECKING:
    import pandas as pd


def as_frame(rows: Any, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Raw rows as a data frame.

    Args:
        rows: A data frame, a list of dicts (one a row), a dict of columns, or an array
            `[rows, columns]`.
        columns: Names of an array's columns; `None`: `"0"`, `"1"`, ...

    Returns:
        A data frame whose column names are strings.

    Raises:
        ValueError: If an array has another number of columns than names.

    Example:
        >>> as_frame([{"a": 1}, {"a": 2}])["a"].tolist()
        [1, 2]
    """
    import pandas as pd

    if isinstance(rows, pd.DataFrame):
        frame = rows
    elif isinstance(rows, np.ndarray):
        width = rows.shape[1] if rows.ndim == 2 else -1
        names = [str(number) for number in range(width)] if columns is None else list(columns)
        if width != len(names):
            raise ValueError(
                f"An array of rows has one column per input: [rows, {len(names)}]. Got shape "
                f"{rows.shape}; the columns are {', '.join(names)}."
            )
        frame = pd.DataFrame(rows, columns=names)
    else:
        frame = pd.DataFrame(rows)
    if not all(isinstance(name, str) for name in frame.columns):
        frame = frame.rename(columns=str)
    return frame


def column_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """One column.

    Raises:
        ValueError: If it is missing; the message suggests the closest name.
    """
    if name not in frame.columns:
        raise ValueError(
            f"The rows must have every input column. {_missing(frame, name)} Add it; where a value "
            "is not known its cell may be empty."
        )
    return frame[name]


def _missing(frame: pd.DataFrame, name: str) -> str:
    return unknown_name("column", name, [str(column) for column in frame.columns])


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the texts of a table are meant, as the file of a training has taught it.

    Attributes:
        decimals: Decimal separators of columns of numbers, `"."` or `","`; `"."` for the others.
        missing_texts: What stands for "no value" in every column, in lower case; `None`: nothing.
    """

    decimals: Mapping[str, str] = field(default_factory=dict)
    missing_texts: Sequence[str] | None = None

    def column(self, frame: pd.DataFrame, name: str) -> pd.Series:
        """A column with gaps where values are missing."""
        return without_texts(column_of(frame, name), self.missing_texts or ())

    def numbers(self, frame: pd.DataFrame, name: str) -> np.ndarray:
        """A column as `float64[n]`, see `numbers_of`."""
        return numbers_of(self.column(frame, name), decimal=self.decimals.get(name, "."))

    def categories(self, frame: pd.DataFrame, name: str) -> list[str | None]:
        """A column as texts, see `categories_of`."""
        return categories_of(self.column(frame, name))


def without_texts(column: pd.Series, texts: Collection[str]) -> pd.Series:
    """A column in which some values are missing, also where pandas has read them as numbers.

    Args:
        column: Its values.
        texts: What stands for "no value", in lower case.

    Example:
        >>> import pandas as pd
        >>> without_texts(pd.Series([3, -999]), ["-999", "n/a"]).tolist()
        [3.0, nan]
        >>> without_texts(pd.Series(["N/A", "red"]), ["-999", "n/a"]).isna().tolist()
        [True, False]
    """
    import pandas as pd

    if column.dtype.kind in "iuf":
        numbers = pd.to_numeric(pd.Series(list(texts), dtype=object), errors="coerce").dropna()
        return column.mask(column.isin(numbers)) if len(numbers) else column
    if column.dtype.kind != "O":
        return column
    marks = column.map(lambda value: isinstance(value, str) and value.strip().lower() in texts)
    return column.where(~marks.astype(bool), None)


def numbers_of(column: pd.Series, *, decimal: str = ".") -> np.ndarray:
    """A column as `float64[n]` with NaN for missing values; texts as `parse_numbers` reads them.

    Args:
        column: Its values.
        decimal: Decimal separator of texts.

    Raises:
        ValueError: If a value is no number, or infinite; the message names column and row.

    Example:
        >>> import pandas as pd
        >>> numbers_of(pd.Series(["1", None, 2.5], name="age", dtype=object)).tolist()
        [1.0, nan, 2.5]
    """
    column = without_marks(column)
    numbers = parse_numbers(column, decimal=decimal)
    wrong = np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy())
    if len(wrong):
        raise ValueError(
            f"Column {column.name!r} is numeric. Row {wrong[0]} holds "
            f"{column.iloc[wrong[0]]!r} ({len(wrong)} such rows): correct it, leave it empty, or "
            "declare the column as categorical."
        )
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        raise ValueError(
            f"Column {column.name!r} must be finite. Row {infinite[0]} is infinite "
            f"({len(infinite)} such rows): correct it or leave it empty."
        )
    return numbers


def categories_of(column: pd.Series) -> list[str | None]:
    """A column as texts with `None` for missing values.

    Whole numbers are written without a fraction, because a column of whole numbers turns into
    floats as soon as a value is missing.

    Example:
        >>> import pandas as pd
        >>> categories_of(pd.Series([1.0, None, 2.0]))
        ['1', None, '2']
    """
    missing = column.isna().to_numpy()
    return [
        None if gone else _text(value) for value, gone in zip(column.tolist(), missing, strict=True)
    ]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
