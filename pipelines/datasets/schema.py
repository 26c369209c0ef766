"""Columns of tabular data and their types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.preprocessing.frames import Reading

ColumnKind = Literal["numeric", "categorical", "date", "text", "dropped"]
COLUMN_KINDS: tuple[ColumnKind, ...] = ("numeric", "categorical", "date", "text", "dropped")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One input column.

    Attributes:
        name: Header of the column.
        kind: `"numeric"` (floats), `"categorical"` (strings), `"date"` (dates and
            times), `"text"` (free text) or `"dropped"`.
        missing: Rows without a value, over all splits.
        categories: Categories seen in the training rows, sorted; empty for numbers.
        reason: Why this kind was chosen, and what was read in another way than as it stands.
        form: Format of dates, as `pandas.to_datetime` takes it.
        decimal: Decimal separator of numbers that are written as texts.
        units: What to say of numbers with signs of several kinds, see `mixed_units`.
        order: What to say of dates that leave the order of day and month open.
    """

    name: str
    kind: ColumnKind
    missing: int = 0
    categories: tuple[str, ...] = ()
    reason: str = ""
    form: str = ""
    decimal: str = "."
    units: str = ""
    order: str = ""


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The input columns in order, and the target.

    Attributes:
        columns: One entry per column of the file but the target, dropped ones included.
        target: Name of the target column.
        target_decimal: Decimal separator of a target that is written as texts.
        missing_texts: Texts that stand for "no value" in the file; `None` for a file with types.

    Example:
        >>> schema = Schema(columns=(Column(name="age", kind="numeric", missing=2),), target="y")
        >>> schema.numeric, schema.categorical
        (('age',), ())
        >>> print(schema.table())
        column  kind     missing  note
        age     numeric  2
    """

    columns: tuple[Column, ...]
    target: str
    target_decimal: str = "."
    missing_texts: tuple[str, ...] | None = None

    def _names(self, kind: ColumnKind) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.kind == kind)

    @property
    def numeric(self) -> tuple[str, ...]:
        """Names of the numeric columns."""
        return self._names("numeric")

    @property
    def categorical(self) -> tuple[str, ...]:
        """Names of the categorical columns."""
        return self._names("categorical")

    @property
    def texts(self) -> tuple[str, ...]:
        """Names of the columns of free text."""
        return self._names("text")

    @property
    def dates(self) -> dict[str, str]:
        """Names of the columns of dates, with their formats."""
        return {column.name: column.form for column in self.columns if column.kind == "date"}

    @property
    def reading(self) -> Reading:
        """How the texts of the columns are meant."""
        decimals = {column.name: column.decimal for column in self.columns}
        return Reading(decimals=decimals, missing_texts=self.missing_texts)

    @property
    def dropped(self) -> tuple[str, ...]:
        """Names of the columns that are no inputs."""
        return self._names("dropped")

    def table(self) -> str:
        """Returns the columns as aligned text, one line a column."""
        rows = [("column", "kind", "missing", "note")]
        for column in self.columns:
            note = "; ".join(filter(None, (column.reason, column.units, column.order)))
            if column.kind == "categorical":
                note = f"{len(column.categories)} categories" + (f"; {note}" if note else "")
            rows.append((column.name, column.kind, str(column.missing), note))
        widths = [max(len(row[index]) for row in rows) for index in range(3)]
        lines = [
            "  ".join([*(row[i].ljust(widths[i]) for i in range(3)), row[3]]).rstrip()
            for row in rows
        ]
        return "\n".join(lines)

    def override(self) -> str:
        """Says how another kind is asked for, by the example of the first column.

        Example:
            >>> Schema(columns=(Column(name="age", kind="numeric"),), target="y").override()
            "columns={'age': 'categorical'}"
        """
        first = self.columns[0]
        other = "numeric" if first.kind == "categorical" else "categorical"
        return "columns=" + str({first.name: other})
