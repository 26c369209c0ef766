"""Rows of a table that lack a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Literal

import numpy as np

from pipelines.datasets.errors import DataError, here_and_more
from pipelines.datasets.formats.column_types import to_numbers
from pipelines.datasets.formats.table_reader import Table
from pipelines.preprocessing.dates import find_format
from pipelines.preprocessing.numbers import without_marks

Missing = Literal["impute", "drop", "error"]
MissingTarget = Literal["drop", "error"]


def with_missing_marks(table: Table, decimal: str) -> Table:
    """NA, null and the like of columns of numbers and of dates as missing, and counted."""
    frame, taken = table.frame.copy(), Counter(table.taken)
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind != "O":
            continue
        bare = without_marks(column)
        numbers = to_numbers(table, name, decimal=decimal) is not None
        if numbers or find_format(bare) is not None:
            frame[name] = bare
            taken.update(column[column.notna() & bare.isna()])
    return replace(table, frame=frame, taken=dict(taken))


def handle_missing(
    table: Table, target: str, *, missing: Missing, missing_target: MissingTarget
) -> tuple[Table, tuple[str, ...]]:
    """Drops or refuses rows without a value, or leaves them to the imputation.

    Args:
        table: What `with_missing_marks` returned.
        target: Column of the targets.
        missing: As for `load_tabular`.
        missing_target: As for `load_tabular`.

    Returns:
        The table, and notes on what was dropped or left.

    Raises:
        DataError: If a value is missing that must not, or no row is left.
    """
    dropped: tuple[str, ...] = ()
    if missing == "drop":
        table, dropped = _without_rows(table, list(table.frame.columns), "with missing values")
    elif missing_target == "drop":
        table, dropped = _without_rows(table, [target], f"without a value of {target!r}")
    absent = table.frame.isna()
    for name in [target] if missing == "impute" else list(table.frame.columns):
        rows = np.flatnonzero(absent[name].to_numpy())
        if len(rows):
            what, option = ("column", "missing")
            if name == target:
                what, option = ("the target", "missing_target")
            if len(rows) == len(absent):
                raise DataError(
                    f"{what} {name!r} has no value in any row: name another column, or repair it.",
                    path=table.path,
                )
            raise DataError(
                f"{what} {name!r} has no value {here_and_more(len(rows) - 1)}. Repair them, or "
                f"pass `{option}='drop'` to leave such rows out.",
                path=table.path,
                line=table.lines[rows[0]],
            )
    count = int(absent.to_numpy().sum())
    notes = (f"{count} missing input values, left for imputation",) if count else ()
    return table, dropped + notes + _taken_notes(table)


def _without_rows(table: Table, names: list[str], what: str) -> tuple[Table, tuple[str, ...]]:
    """The table without the rows that lack one of these values, and a note on their number."""
    keep = ~table.frame[names].isna().any(axis=1).to_numpy()
    if not keep.any():
        raise DataError(f"every row is one {what}; none is left.", path=table.path)
    if keep.all():
        return table, ()
    lines = [line for line, kept in zip(table.lines, keep, strict=True) if kept]
    frame = table.frame[keep].reset_index(drop=True)
    note = f"dropped {int((~keep).sum())} rows {what}"
    return replace(table, frame=frame, lines=lines), (note,)


def _taken_notes(table: Table) -> tuple[str, ...]:
    if not table.taken:
        return ()
    shown = ", ".join(f"{text!r} {count} times" for text, count in sorted(table.taken.items()))
    return (f"taken for missing: {shown} (pass `missing_texts` to choose)",)
