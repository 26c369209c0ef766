"""The times of a series: their column, that they increase, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cookbook._names import unknown_name
from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.column_types import order_note
from pipelines.datasets.formats.table_reader import Table
from pipelines.preprocessing.dates import DAY_FIRST, find_format, to_dates

_DAY = 86_400
# A step this many times as long as the usual one leaves values out; months differ by less.
_GAP = 1.5


@dataclass(frozen=True, eq=False)
class Times:
    """When the values of a series were taken.

    Attributes:
        name: The column.
        days: `float64[n]`, increasing.
        form: Their format, see `find_format`.
        order: What to say of dates that leave the order of day and month open.
    """

    name: str
    days: np.ndarray
    form: str
    order: str = ""

    @property
    def step(self) -> float:
        """The usual distance of two values in days; NaN of a single one."""
        return float(np.median(np.diff(self.days))) if len(self.days) > 1 else float("nan")

    def notes(self) -> tuple[str, ...]:
        """Says how many steps are longer than the usual one, and what is in doubt."""
        gaps = int((np.diff(self.days) > _GAP * self.step).sum())
        said = (f"{gaps} gaps between times, read over as single steps",) if gaps else ()
        return said + ((f"column {self.name!r}: {self.order}",) if self.order else ())

    def check_step(self, taught: float, table: Table) -> None:
        """Refuses values that lie further apart, or nearer, than those of a training.

        Args:
            taught: The usual distance there, in days.
            table: Named in the error.

        Raises:
            DataError: If the usual distances differ by more than those of months.
        """
        if not (self.step > _GAP * taught or _GAP * self.step < taught):
            return
        raise DataError(
            f"a forecast continues in the steps of the training, {_duration(taught)} each. In "
            f"{self.name!r} they are {_duration(self.step)}: give values of that distance, or "
            "train on these.",
            path=table.path,
        )


def read_times(
    table: Table, time: str | None, target: str, *, day_first: bool | None = None
) -> Times:
    """Reads the times of a series.

    Args:
        table: The table.
        time: The column; `None`: the first one beside the target that holds dates.
        target: The column of the values.
        day_first: See `infer_columns`.

    Raises:
        DataError: If there is no such column, it holds no dates, or these do not increase.
    """
    if time is not None and time not in table.frame.columns:
        raise DataError(unknown_name("column", time, table.frame.columns), path=table.path)
    names = [time] if time else [str(name) for name in table.frame.columns if name != target]
    found = find_times(table, names, prefer=DAY_FIRST if day_first else ())
    if found is None:
        raise DataError(
            f"one column holds dates or times. Looked at: {', '.join(names) or 'none'}. "
            "Pass `time`.",
            path=table.path,
        )
    order = order_note(table.frame[found.name], found.form) if day_first is None else ""
    return replace(found, order=order)


def find_times(table: Table, names: Sequence[str], *, prefer: Collection[str] = ()) -> Times | None:
    """The times in the first of these columns that holds dates; `None` if none does.

    Args:
        table: The table.
        names: The columns.
        prefer: Formats that are tried first.

    Raises:
        DataError: If a value of it is no date, or does not come after the one before.
    """
    for name in names:
        column = table.frame[name]
        found: tuple[str, int | None] | None = ("ISO8601", None)
        if column.dtype.kind != "M":
            found = find_format(column, prefer=prefer)
        if found is None:
            continue
        dates = to_dates(column, found[0])
        wrong = np.flatnonzero(dates.isna().to_numpy())
        if len(wrong):
            raise DataError(
                f"{name!r} is no time: {column.iloc[int(wrong[0])]!r}.",
                path=table.path,
                line=table.lines[wrong[0]],
            )
        moments = dates.to_numpy("datetime64[us]").astype(np.int64)
        back = np.flatnonzero(np.diff(moments) <= 0)
        if len(back):
            doubt = "" if prefer else order_note(column, found[0])
            raise DataError(
                f"times increase. {column.iloc[int(back[0]) + 1]!r} does not come after "
                f"{column.iloc[int(back[0])]!r}: sort the rows, one for each time."
                + f" Or {doubt}."
                * bool(doubt),
                path=table.path,
                line=table.lines[back[0] + 1],
            )
        return Times(name, moments / (1e6 * _DAY), found[0])
    return None


def _duration(days: float) -> str:
    """Days as a person says them.

    Example:
        >>> _duration(7.0), _duration(1 / 24), _duration(1 / 96), _duration(1 / 86400)
        ('7 days', '1 hour', '15 minutes', '1 second')
    """
    units = (("day", 1), ("hour", 24), ("minute", 1440), ("second", _DAY))
    # Differences of days since 1970 are exact to a microsecond or so.
    counts = [(unit, round(days * a_day, 4)) for unit, a_day in units]
    unit, count = next((pair for pair in counts if pair[1] >= 1), counts[-1])
    return f"{count:.3g} {unit}{'' if count == 1 else 's'}"
