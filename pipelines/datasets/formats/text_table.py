"""Texts with classes from columns of a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.table_reader import read_table

_SUFFIXES = (".csv", ".tsv", ".parquet", ".pq")


class Item(NamedTuple):
    """One text.

    Attributes:
        text: The text.
        label: Name of its class.
        split: The split that its folder gives, or the empty text.
        file: The file that it is from, below its folder.
        weight: What the table gives as its weight.
    """

    text: str
    label: str
    split: str = ""
    file: str = ""
    weight: Any = None


def is_table(path: Path) -> bool:
    """Whether a file is a table by its name; in a folder such files are lists of texts."""
    return path.suffix.lower() in _SUFFIXES and not path.is_dir()


def file_kind(path: Path) -> str:
    """The ending of a table by its name; empty for a file or folder of texts.

    Example:
        >>> file_kind(Path("wine.CSV")), file_kind(Path("poems.txt"))
        ('.csv', '')
    """
    return path.suffix.lower() if is_table(path) else ""


@dataclass(frozen=True)
class TextColumns:
    """What the columns of a table hold.

    Attributes:
        text: The column of the texts.
        items: The texts, in the order of the rows.
        notes: What was read and left out.
    """

    text: str
    items: list[Item]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        path: Path,
        target: str | None,
        text: str | None,
        weight: str | None,
        *,
        encoding: str = "utf-8",
    ) -> TextColumns:
        """Reads them; rows without text or class are left out and counted.

        Args:
            path: The table.
            target: Column of the classes.
            text: Column of the texts; `None`: the one that is left.
            weight: Column of the weights, or `None`.
            encoding: A codec of Python.

        Raises:
            DataError: If a column is not there, or it is not clear which holds the texts.
        """
        frame = read_table(path, encoding=encoding).frame
        columns = [str(name) for name in frame.columns]
        if target is None:
            raise DataError(
                "a table of texts needs the column of the classes (`--target COLUMN`). Its columns "
                f"are {', '.join(columns)}.",
                path=path,
            )
        for name in (target, text, weight):
            if name is not None and name not in columns:
                raise DataError(unknown_name("column", name, columns), path=path)
        text = text or _only(path, [name for name in columns if name not in (target, weight)])
        kept = frame[frame[text].notna() & frame[target].notna()]
        weights = [None] * len(kept) if weight is None else kept[weight].tolist()
        rows = zip(kept[text], kept[target], weights, strict=True)
        items = [Item(str(one), str(label), weight=value) for one, label, value in rows]
        left_out = len(frame) - len(kept)
        notes = (f"texts are column {text!r}, classes column {target!r}",)
        return cls(text, items, notes + ((f"left out {left_out} empty rows",) if left_out else ()))


def _only(path: Path, names: list[str]) -> str:
    if len(names) != 1:
        raise DataError(
            "which column holds the texts? Name it (`--data-option text=COLUMN`), one of "
            f"{', '.join(names) or 'none that is left'}.",
            path=path,
        )
    return names[0]
