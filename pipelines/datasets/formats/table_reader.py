"""Reads tables as text, and says which line is not a row of the table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.text_files import check_is_file, read_text

if TYPE_CHECKING:
    import pandas as pd

# What stands for "no value" in every column; see also `MISSING_NUMBERS`.
MISSING = frozenset({"", "n/a", "nan", "?", "#n/a", "-nan", "<na>"})
_DELIMITERS = (",", ";", "\t", "|", ":")
_SNIFFED_ROWS = 50
_MARK = re.compile(r"sep=(.)\n", re.IGNORECASE)
_SAVE = "save the sheet as CSV (in Excel: CSV UTF-8)"
_PACKED = {
    b"PK\x03\x04": f"a workbook or another zip archive: {_SAVE}, or unpack it",
    b"\xd0\xcf\x11\xe0": f"an old Excel workbook: {_SAVE}",
    b"\x1f\x8b": "packed by gzip: unpack it (gunzip)",
}
_MADE = re.compile(r"column[1-9]\d*")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True, eq=False)
class Table:
    """A table before its types are known.

    Attributes:
        frame: Columns of `str`, `None` where a value is missing; typed columns of a
            Parquet file keep their type.
        lines: Line of each row in the file, from 1; row numbers for Parquet.
        path: The file.
        taken: Texts other than the empty one that were taken for missing, with their counts.
        missing_texts: The texts that stand for "no value", in lower case; `None` for Parquet.
    """

    frame: pd.DataFrame
    lines: list[int]
    path: Path
    taken: Mapping[str, int] = field(default_factory=dict)
    missing_texts: tuple[str, ...] | None = None


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


def read_table(
    path: Path,
    *,
    delimiter: str | None = None,
    encoding: str = "utf-8",
    header: bool | None = None,
    missing_texts: Collection[str] | None = None,
) -> Table:
    """Reads a CSV, TSV or Parquet file.

    Args:
        path: The file; `.parquet` and `.pq` are read as Parquet, `.tsv` with tabs.
        delimiter: One character; `None` finds it.
        encoding: A codec of Python.
        header: `False` names the columns `column1`, `column2` and so on, unless the first line has
            such names; `None` expects names, and refuses a first line of numbers.
        missing_texts: The texts that stand for "no value", in any letter case, beside the empty
            one. `None`: those of `MISSING`.

    Returns:
        The rows as text. Missing values are `None`.

    Raises:
        DataError: If the file is missing or empty, is no text in this encoding, a header
            is empty or occurs twice, or a row has another number of fields than the header.
    """
    check_is_file(path)
    if path.suffix.lower() in (".parquet", ".pq"):
        return _read_parquet(path)
    _refuse_workbook(path)
    text = read_text(path, encoding=encoding)
    if marked := _MARK.match(text):
        # Excel's own first line. An empty one in its place keeps the numbers of the others.
        delimiter, text = delimiter or marked[1], text[marked.end() - 1 :]
    if delimiter is None:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else sniff_delimiter(text, path)
    if len(delimiter) != 1:
        raise DataError(f"a delimiter is one character. Got {delimiter!r}.", path=path)
    rows, lines = _rows(text, delimiter, path)
    names = _header(rows, lines, path, header=header)
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(names):
            raise DataError(
                f"{len(names)} fields are expected, as in the header; the row has {len(row)}. "
                f"The delimiter is {delimiter!r}.",
                path=path,
                line=line,
            )
    if not rows:
        raise DataError("the table has a header and no rows.", path=path)
    known = MISSING if missing_texts is None else {"", *(str(t).lower() for t in missing_texts)}
    frame, taken = _text_frame(names, rows, known)
    return Table(frame, lines, path, taken, tuple(sorted(known)))


def _refuse_workbook(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(4)
    for magic, what in _PACKED.items():
        if head.startswith(magic):
            raise DataError(f"a table is a text or Parquet file; this is {what}.", path=path)


def _rows(text: str, delimiter: str, path: Path) -> tuple[list[list[str]], list[int]]:
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
        # A quote that nothing closes takes the file to its end: the row's first line tells more.
        raise DataError(
            f"a field that begins with a quote ends with one, and doubles those within ({error}). "
            "Repair the row that begins here.",
            path=path,
            line=start,
        ) from error
    return rows, lines


def _header(
    rows: list[list[str]], lines: list[int], path: Path, *, header: bool | None
) -> list[str]:
    """Takes the first line off as the names of the columns, or makes names."""
    names = [name.strip() for name in rows[0]]
    # A person who was told these names of a file without any may write them into the next one.
    if header is False and not all(_MADE.fullmatch(name) for name in names):
        return [f"column{number}" for number in range(1, len(names) + 1)]
    if header is None and len(names) > 1 and all(_NUMBER.fullmatch(name) for name in names):
        raise DataError(
            f"the first line holds numbers ({', '.join(names[:3])}), no names of columns. Pass "
            "`header=False` if the file has no header, and pass `header=True` if these are the "
            "names.",
            path=path,
            line=lines[0],
        )
    _check_header(names, path, lines[0])
    del rows[0], lines[0]
    return names


def _text_frame(
    header: list[str], rows: list[list[str]], known: Collection[str]
) -> tuple[pd.DataFrame, dict[str, int]]:
    import pandas as pd

    columns = {}
    taken: Counter[str] = Counter()
    for name, values in zip(header, zip(*rows, strict=True), strict=True):
        stripped = [value.strip() for value in values]
        missing = [value.lower() in known for value in stripped]
        taken.update(v for v, gone in zip(stripped, missing, strict=True) if gone and v)
        cleaned = [None if gone else v for v, gone in zip(stripped, missing, strict=True)]
        columns[name] = pd.Series(cleaned, dtype=object)
    return pd.DataFrame(columns), dict(taken)


def _check_header(header: list[str], path: Path, line: int) -> None:
    twice = sorted(name for name, count in Counter(header).items() if count > 1)
    if "" in header:
        raise DataError(
            f"every column has a name. Column {header.index('') + 1} has none: name it, or leave "
            "it out (pandas writes numbers of rows in front; `to_csv(index=False)` does not).",
            path=path,
            line=line,
        )
    if twice:
        raise DataError(
            f"column names are distinct. More than once: {', '.join(twice)}. Rename them, or leave "
            "the copies out.",
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
