"""A few texts in a column of numbers, which would turn all of them into categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.table_reader import Table
from pipelines.preprocessing.numbers import column_decimal, non_numbers, without_marks

if TYPE_CHECKING:
    import pandas as pd

# Codes have letters more often: the check digit of an ISBN is X in one of eleven.
_SHARE = 0.05
_FEWEST = 10  # of so many values one may be a stray
_SHOWN = 3


def refuse_strays(table: Table, name: str, *, decimal: str, declare: str) -> None:
    """Refuses a column whose values are numbers but for a few.

    Args:
        table: The table.
        name: A column that is not one of numbers.
        decimal: Decimal separator of the file, which a stray may have hidden.
        declare: Which option says that the values are meant as texts, as Python writes it.

    Raises:
        DataError: If so; it names the lines and values.
    """
    column = without_marks(table.frame[name])
    rows = _strays(column, decimal)
    if not rows:
        return
    values = list(dict.fromkeys(str(column.iloc[row]) for row in rows))
    others = [f"{column.iloc[row]!r} in line {table.lines[row]}" for row in rows[1:_SHOWN]]
    also = f" ({', '.join(others)}{' ...' if len(rows) > _SHOWN else ''})" if others else ""
    raise DataError(
        f"{name!r} holds numbers, but for {len(rows)} of {column.notna().sum()} values: here "
        f"{column.iloc[rows[0]]!r}{also}. Repair the file; or, where that means no value, pass "
        f"`missing_texts={[*table.taken, *values]}`; or, where the numbers are names, pass "
        f"`{declare}`.",
        path=table.path,
        line=table.lines[rows[0]],
    )


def _strays(column: pd.Series, decimal: str) -> Sequence[int]:
    """The rows of the few texts; empty if all are numbers, or many are none."""
    present = int(column.notna().sum())
    if present < _FEWEST or column.dtype.kind != "O":
        return ()
    most = max(1, int(_SHARE * present))
    for separator in dict.fromkeys((decimal, ".", ",")):
        found = non_numbers(column, decimal=column_decimal(column, separator), most=most)
        if found is not None:
            return [int(row) for row in found]
    return ()
