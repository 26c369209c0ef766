"""Reads tables as text, and says which line is not a row of the table."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.text_files import read_text

if TYPE_CHECKING:
    import pandas as pd

# What stands for "no value" in the files people have.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "#n/a", "-nan"})
_DELIMITERS = (",", ";", "\t", "|", ":")
_SNIFFED_ROWS = 50


@dataclass(frozen=True, eq=False)
class Table:
    """A table before its types are known.

    Attributes:
        frame: Columns of `str`, `None` where a value is missing; typed columns of a
            Parquet file keep their type.
        lines: Line of each row in the file, from 1; row numbers for Parquet.
        path: The file.
    """

    frame: pd.DataFrame
    lines: list[int]
    path: Path


def sniff_delimiter(text: str, path: Path) -> str:
    r"""Finds the delimiter that cuts the first rows into equally many columns.

    Args:
        text: Content of the file.
        path: Named in the error.

    Returns:
        One of comma, semicolon, tab, bar and colon: the one with the most columns among
        those on which the most rows agree.

    Raises:
        DataError: If none yields two columns.

    Example:
        >>> sniff_delimiter('a;b\n"x;y";1,5\n', Path("demo.csv"))
        ';'
    """
    best: tuple[float, int, str] = (0.0, 1, "")
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = [len(row) for row, _ in zip(reader, range(_SNIFFED_ROWS), strict=False) if row]
        except csv.Error:
            continue
        width, rows = Counter(widths).most_common(1)[0]
        if width > 1 and (rows / len(widths), width) > best[:2]:
            best = (rows / len(widths), width, delimiter)
    if not best[2]:
        raise DataError(
            "two columns at least are expected, and none of the usual delimiters (comma, "
            "semicolon, tab, bar, colon) cuts the rows into columns. Pass `delimiter`.",
            path=path,
            line=1,
        )
    return best[2]


def read_table(path: Path, *, delimiter: str | None = None, encoding: str = "utf-8") -> Table:
    """Reads a CSV, TSV or Parquet file.

    Args:
        path: The file; `.parquet` and `.pq` are read as Parquet, `.tsv` with tabs.
        delimiter: One character; `None` finds it.
        encoding: A codec of Python.

    Returns:
        The rows as text. Missing values are `None`.

    Raises:
        DataError: If the file is missing or empty, is no text in this encoding, a header
            is empty or occurs twice, or a row has another number of fields than the header.
    """
    if not path.is_file():
        raise DataError("no such file.", path=path)
    if path.suffix.lower() in (".parquet", ".pq"):
        return _read_parquet(path)
    text = read_text(path, encoding=encoding)
    if delimiter is None:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else sniff_delimiter(text, path)
    if len(delimiter) != 1:
        raise DataError(f"a delimiter is one character. Got {delimiter!r}.", path=path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{error}.", path=path, line=reader.line_num) from error
    header = [name.strip() for name in rows[0]]
    _check_header(header, path, lines[0])
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise DataError(
                f"{len(header)} fields are expected, as in the header; the row has {len(row)}. "
                f"The delimiter is {delimiter!r}.",
                path=path,
                line=line,
            )
    if len(rows) == 1:
        raise DataError("the table has a header and no rows.", path=path)
    return Table(_text_frame(header, rows[1:]), lines[1:], path)


def _text_frame(header: list[str], rows: list[list[str]]) -> pd.DataFrame:
    import pandas as pd

    columns = {}
    for name, values in zip(header, zip(*rows, strict=True), strict=True):
        stripped = (value.strip() for value in values)
        cleaned = [None if value.lower() in MISSING else value for value in stripped]
        columns[name] = pd.Series(cleaned, dtype=object)
    return pd.DataFrame(columns)


def _check_header(header: list[str], path: Path, line: int) -> None:
    twice = sorted(name for name, count in Counter(header).items() if count > 1)
    if "" in header:
        raise DataError(
            f"every column has a name. Column {header.index('') + 1} has none.",
            path=path,
            line=line,
        )
    if twice:
        raise DataError(
            f"column names are distinct. More than once: {', '.join(twice)}.",
            path=path,
            line=line,
        )


def _read_parquet(path: Path) -> Table:
    import pandas as pd

    try:
        frame = pd.read_parquet(path)
    except Exception as error:  # pyarrow raises its own kinds
        raise DataError(f"no readable Parquet file ({error}).", path=path) from error
    if frame.empty:
        raise DataError("the table has no rows.", path=path)
    frame = frame.reset_index(drop=True)
    frame.columns = [str(name) for name in frame.columns]
    _check_header(list(frame.columns), path, 1)
    return Table(frame, list(range(1, len(frame) + 1)), path)
