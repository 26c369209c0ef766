"""Tables to predict for, read as the table of the training was."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.column_types import to_numbers
from pipelines.datasets.formats.series_times import find_times
from pipelines.datasets.formats.table_reader import Table, read_table, sniff_delimiter
from pipelines.datasets.formats.tabular import find_decimal
from pipelines.datasets.formats.text_files import check_exists, read_text


def read_new_table(
    path: Path, *, delimiter: str | None = None, encoding: str = "utf-8", **options: Any
) -> Table:
    """Reads a table that may have a single column.

    Args:
        path: A CSV, TSV or Parquet file.
        delimiter: One character; `None` finds it.
        encoding: A codec of Python.
        options: Further ones of `read_table`.

    Raises:
        DataError: As `read_table`.
    """
    check_exists(path)
    if delimiter is None and path.suffix.lower() not in (".parquet", ".pq", ".tsv"):
        delimiter = _delimiter(path, encoding)
    return read_table(path, delimiter=delimiter, encoding=encoding, **options)


def _delimiter(path: Path, encoding: str) -> str:
    """A table to predict for may have a single column, whose numbers may have commas."""
    text = read_text(path, encoding=encoding)
    try:
        found = sniff_delimiter(text, path)
    except DataError:
        return "\t"
    return found if found in text.partition("\n")[0] else "\t"


def read_rows(
    source: str,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    header: bool | None = None,
    missing_texts: Collection[str] | None = None,
) -> Any:
    """Rows as a frame of texts; see `load_tabular` for the options."""
    table = read_new_table(
        Path(source),
        delimiter=delimiter,
        encoding=encoding,
        header=header,
        missing_texts=missing_texts,
    )
    # Without `decimal` texts stay texts: the model knows how those of its training were meant.
    return table.frame if decimal is None else table.frame.assign(**_numbers(table, decimal))


def _numbers(table: Table, decimal: str) -> dict[str, np.ndarray]:
    found = {str(n): to_numbers(table, str(n), decimal=decimal) for n in table.frame.columns}
    return {
        name: values
        for name, values in found.items()
        if values is not None and not np.isnan(values).all()
    }


def read_past(
    source: str,
    *,
    target: str | None = None,
    time: str | None = None,
    time_format: str = "",
    step: float | None = None,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
) -> np.ndarray:
    """The past of a series, whose next values are asked for.

    Args:
        source: The file, sorted by time; without a column of times the order is trusted.
        target: The column of the values; `None`: the last one of numbers without gaps.
        time: The column of times; where there is none of that name, the first one of dates.
        time_format: Their format in the training, which tells 3 April from 4 March.
        step: Days between two values, those of the training; `None` takes every distance.
        delimiter: One character; `None` finds it.
        encoding: A codec of Python.
        decimal: Decimal separator; `None` finds it.

    Returns:
        `float32[1, values]`.

    Raises:
        DataError: If the column is missing or has gaps, times do not increase, or they lie further
            apart or nearer than `step`.
    """
    table = read_new_table(Path(source), delimiter=delimiter, encoding=encoding)
    known = [str(name) for name in table.frame.columns]
    if target is not None and target not in known:
        raise DataError(unknown_name("column", target, known), path=source)
    others = [name for name in known if name != target]
    times = find_times(table, [time] if time in others else others, prefer=[time_format])
    if times is not None and step is not None:
        times.check_step(step, table)
    decimal = decimal or find_decimal(table)
    for name in reversed(known if target is None else [target]):
        values = to_numbers(table, name, decimal=decimal)
        if values is not None and not np.isnan(values).any():
            return values[np.newaxis].astype(np.float32)
    raise DataError(f"no column of numbers without gaps among {', '.join(known)}.", path=source)
