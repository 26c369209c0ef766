"""Texts to predict for: one text, a text a line, or a column of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError, here_and_more
from pipelines.datasets.formats.table_reader import Table
from pipelines.datasets.formats.text_files import is_there, read_lines
from pipelines.datasets.formats.text_table import is_table
from pipelines.serving.raw_tables import read_new_table
from pipelines.serving.text_inputs import COLUMN

TEXT_FILES = (".txt", ".text", ".md", ".csv", ".tsv")
_NAME_IT = (
    "Say which column holds the texts: pass `text='COLUMN'`. A list of texts, one a line, is a "
    ".txt file."
)


def read_texts(
    source: str,
    *,
    text: str | None = None,
    encoding: str = "utf-8",
    delimiter: str | None = None,
    header: bool | None = None,
) -> Any:
    """Reads texts.

    Args:
        source: A text, a text file with one a line, or a table.
        text: Column of a table that holds the texts; `None`: the one named `text`.
        encoding: A codec of Python.
        delimiter: Of a table; `None` finds it.
        header: Of a table, see `read_table`.

    Returns:
        A list of texts; of a table a frame with all its columns.

    Raises:
        DataError: If there is no such file, or of a table no such column, it is not clear which
            holds the texts, or a row has none.
    """
    path = Path(source)
    if is_there(path):
        how = {"encoding": encoding, "delimiter": delimiter, "header": header}
        table = _table(path, text, **how) if is_table(path) else None
        if table is None:
            return read_lines(path, encoding=encoding)
        return _checked(table, text or COLUMN)
    if path.suffix.lower() in TEXT_FILES and not set(source) & set(" \n"):
        raise DataError("there is no such file.", path=path)
    return [source]


def _table(path: Path, text: str | None, **how: Any) -> Table | None:
    """The table in a file; `None` for a list of texts, such as a class of a folder may be."""
    listed = text is None and path.suffix.lower() in TEXT_FILES
    try:
        table = read_new_table(path, **how)
    except DataError:
        if listed:
            return None
        raise
    columns = list(table.frame.columns)
    return None if listed and len(columns) == 1 and columns != [COLUMN] else table


def _checked(table: Table, text: str) -> Any:
    columns = [str(name) for name in table.frame.columns]
    if text not in columns:
        raise DataError(f"{unknown_name('column', text, columns)} {_NAME_IT}", path=table.path)
    column = table.frame[text]
    missing = np.flatnonzero(column.isna().to_numpy())
    if len(missing):
        raise DataError(
            f"{text!r} holds no text {here_and_more(len(missing) - 1)}: write one, or leave such "
            "rows out.",
            path=table.path,
            line=table.lines[missing[0]],
        )
    return table.frame.assign(**{text: [str(value) for value in column]})
