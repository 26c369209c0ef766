"""Dates and times as numbers that a model can use."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.preprocessing.numbers import without_marks

if TYPE_CHECKING:
    import pandas as pd

_NAMES = "January February March April May June July August September October November December"
_LONG = f"(?:{'|'.join(_NAMES.split())})"
_SHORT = f"(?:{'|'.join(month[:3] for month in _NAMES.split())})"
_ISO = r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?"
_DAYS = {
    "%Y-%m-%d": r"\d{4}-\d{1,2}-\d{1,2}",
    "%Y/%m/%d": r"\d{4}/\d{1,2}/\d{1,2}",
    "%d.%m.%Y": r"\d{1,2}\.\d{1,2}\.\d{4}",
    "%m/%d/%Y": r"\d{1,2}/\d{1,2}/\d{4}",
    "%d/%m/%Y": r"\d{1,2}/\d{1,2}/\d{4}",
    "%m-%d-%Y": r"\d{1,2}-\d{1,2}-\d{4}",
    "%d-%m-%Y": r"\d{1,2}-\d{1,2}-\d{4}",
    "%d.%m.%y": r"\d{1,2}\.\d{1,2}\.\d{2}",
    "%m/%d/%y": r"\d{1,2}/\d{1,2}/\d{2}",
    "%d/%m/%y": r"\d{1,2}/\d{1,2}/\d{2}",
    "%d-%b-%Y": rf"\d{{1,2}}-{_SHORT}-\d{{4}}",
    "%d-%b-%y": rf"\d{{1,2}}-{_SHORT}-\d{{2}}",
    "%d %b %Y": rf"\d{{1,2}} {_SHORT} \d{{4}}",
    "%d %B %Y": rf"\d{{1,2}} {_LONG} \d{{4}}",
    "%b %d, %Y": rf"{_SHORT} \d{{1,2}}, \d{{4}}",
    "%B %d, %Y": rf"{_LONG} \d{{1,2}}, \d{{4}}",
}
_YEAR = r"(?:19|20)\d{2}"  # not any four digits: 12/3456 may be a code
_MONTHS_ALONE = {
    "%b-%y": rf"{_SHORT}-\d{{2}}",
    "%b-%Y": rf"{_SHORT}-{_YEAR}",
    "%b %Y": rf"{_SHORT} {_YEAR}",
    "%B %Y": rf"{_LONG} {_YEAR}",
    "%B-%Y": rf"{_LONG}-{_YEAR}",
    "%m/%Y": rf"\d{{1,2}}/{_YEAR}",
    "%Y/%m": rf"{_YEAR}/\d{{1,2}}",
    "%Y-%m": rf"{_YEAR}-\d{{1,2}}",
}
_TIMES = {
    "%H:%M": r"\d{1,2}:\d{2}",
    "%H:%M:%S": r"\d{1,2}:\d{2}:\d{2}",
    "%I:%M %p": r"\d{1,2}:\d{2} [AaPp][Mm]",
    "%I:%M:%S %p": r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]",
}
# Tried in this order; the first one that reads every value is the column's. Month before day
# and day before month both read 03/04/2026: a value above 12 decides, else what the caller prefers,
# else the month, of which `order_doubt` tells.
_SHAPES = {
    "ISO8601": _ISO,
    **_DAYS,
    **_MONTHS_ALONE,
    **{f"{d} {t}": f"{day} {time}" for d, day in _DAYS.items() for t, time in _TIMES.items()},
    **_TIMES,
}
DAY_FIRST = tuple(form for form in _SHAPES if form.startswith(("%d/%m", "%d-%m")))
_SWAPPED = (("%m/%d", "%d/%m"), ("%m-%d", "%d-%m"))
PARTS = ("year", "month", "weekday", "hour")
_ACCESSORS = {"weekday": "day_of_week"}


def find_format(
    column: pd.Series, *, prefer: Collection[str] = ()
) -> tuple[str, int | None] | None:
    """Finds the format that a column of texts writes dates or times in.

    Args:
        column: Texts, or `None` for missing.
        prefer: Formats that are tried before the others, such as `DAY_FIRST`.

    Returns:
        A format of `pandas.to_datetime` and the position of the first value that looks like one
        and is none (`None` if all are dates); `None` if the texts, or half of them, are no dates.

    Example:
        >>> import pandas as pd
        >>> find_format(pd.Series(["2024-02-29", "2024-02-30", "2024-03-01"]))
        ('ISO8601', 1)
        >>> find_format(pd.Series(["31/12/2024", "01/02/2025"]))
        ('%d/%m/%Y', None)
        >>> find_format(pd.Series(["03/04/2026"]), prefer=DAY_FIRST)
        ('%d/%m/%Y', None)
    """
    present = column.notna().to_numpy()
    texts = column[present].astype(str).str.strip()
    if texts.empty:
        return None
    nearly: list[tuple[int, str, int]] = []
    for form in dict.fromkeys((*(name for name in prefer if name in _SHAPES), *_SHAPES)):
        shape = _SHAPES[form]
        if not re.fullmatch(shape, texts.iloc[0]) or not texts.str.fullmatch(shape).all():
            continue
        bad = np.flatnonzero(to_dates(column, form).isna().to_numpy() & present)
        if not len(bad):
            return form, None
        if 2 * len(bad) < len(texts):  # Codes have the shape of dates, too.
            nearly.append((len(bad), form, int(bad[0])))
    return min(nearly, key=lambda found: found[0])[1:] if nearly else None


def order_doubt(column: pd.Series, form: str) -> str:
    """What to say of dates that name other days with day and month the other way round.

    Args:
        column: Texts that are dates of this format.
        form: From `find_format`.

    Returns:
        A sentence; empty if a value tells the order, or both orders are the same days.

    Example:
        >>> import pandas as pd
        >>> order_doubt(pd.Series(["01/01/2026", "03/04/2026"]), "%m/%d/%Y")
        "no value tells day from month: '03/04/2026' is read as 2026-03-04"
        >>> order_doubt(pd.Series(["12/31/2026", "03/04/2026"]), "%m/%d/%Y")
        ''
    """
    for month_first, day_first in _SWAPPED:
        swapped = form.replace(month_first, day_first)
        if swapped == form:
            swapped = form.replace(day_first, month_first)
        if swapped == form:
            continue
        dates, others = to_dates(column, form), to_dates(column, swapped)
        differ = np.flatnonzero((dates != others) & dates.notna())
        if others[dates.notna()].isna().any() or not len(differ):
            return ""
        row = int(differ[0])
        read = dates.iloc[row].date().isoformat()
        return f"no value tells day from month: {column.iloc[row]!r} is read as {read}"
    return ""


def to_dates(column: pd.Series, form: str) -> pd.Series:
    """Reads dates; what is none becomes missing.

    Args:
        column: Texts in this format, or dates already.
        form: From `find_format`.

    Returns:
        `datetime64[n]`; of times with a zone, the wall-clock time in UTC.
    """
    import pandas as pd

    if column.dtype.kind == "M":
        return column.dt.tz_localize(None) if column.dt.tz is not None else column
    read = pd.to_datetime(column, format=form, errors="coerce", utc=True)
    return read.dt.tz_localize(None)


@dataclass(frozen=True)
class DateColumn:
    """The numbers that stand for one column of dates.

    Attributes:
        name: Name of the raw column.
        form: Its format.
        parts: Which of `PARTS` differ among the training rows.
    """

    name: str
    form: str
    parts: tuple[str, ...]

    def transform(self, column: pd.Series) -> dict[str, np.ndarray]:
        """One column of `float64[n]` per part, named `"<column> <part>"`; NaN where missing.

        Raises:
            ValueError: If a value is no date of this format; the message says which.
        """
        column = without_marks(column)
        dates = to_dates(column, self.form)
        wrong = np.flatnonzero((dates.isna() & column.notna()).to_numpy())
        if len(wrong):
            raise ValueError(
                f"Column {self.name!r} holds dates ({self.form}). Row {wrong[0]} holds "
                f"{column.iloc[wrong[0]]!r}: correct it or leave it empty."
            )
        return {f"{self.name} {part}": _part(dates, part) for part in self.parts}


def fit_dates(name: str, column: pd.Series, form: str = "ISO8601") -> DateColumn:
    """Learns which parts of a column of dates vary.

    The weekday of months is left out: where every date is the first of one it says nothing.

    Example:
        >>> import pandas as pd
        >>> fit_dates("day", pd.Series(["2026-01-05", "2026-02-06"])).parts
        ('month', 'weekday')
        >>> fit_dates("month", pd.Series(["Jan-26", "Feb-26"]), "%b-%y").parts
        ('month',)
    """
    dates = to_dates(column, form)
    months = bool((dates.dropna().dt.day == 1).all())
    found = {part: _part(dates, part) for part in PARTS if part != "weekday" or not months}
    parts = tuple(p for p, values in found.items() if len(np.unique(values[~np.isnan(values)])) > 1)
    return DateColumn(name, form, parts)


def _part(dates: pd.Series, part: str) -> np.ndarray:
    values: np.ndarray = getattr(dates.dt, _ACCESSORS.get(part, part)).to_numpy(
        np.float64, na_value=np.nan
    )
    return values
