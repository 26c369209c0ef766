"""Numbers as spreadsheets and exports write them: 12,345.67, 45.1%, (3.50), € 12."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

# What stands for "no value" among numbers only: in other columns NA may be Namibia.
MISSING_NUMBERS = frozenset({"na", "null", "none", "-", "--", ".", "n.a.", "missing"})
# What stands between groups of three digits: never the decimal separator itself.
_GROUPS = {".": r"[,'’ \u00a0\u202f]", ",": r"[.'’ \u00a0\u202f]"}
_CODES = """
AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN RON RUB SEK SGD THB TRY
USD ZAR
"""
_CURRENCY = (
    rf"(?:(?:US|CA|C|A|AU|NZ|HK|S|R|MX)?\$|[€£¥\u20a0-\u20bf฿¢]|{'|'.join(_CODES.split())}"
    r"|[Ee]uro|kr\.?|zł|Kč|Ft|Fr\.|Rs\.?)"
)
_UNIT = re.compile(rf"{_CURRENCY}|%")
_MINUS = ("-", "−")
_PADDED = re.compile(r"[+-]?0\d+")
_WHOLE = re.compile(r"[+-]?\d+")


@lru_cache
def _pattern(decimal: str) -> re.Pattern[str]:
    # What begins with a 0 is no thousand: 0,980 has a decimal comma.
    digits = rf"[1-9]\d{{0,2}}(?:(?P<group>{_GROUPS[decimal]})\d{{3}}(?:(?P=group)\d{{3}})*)|\d+"
    if decimal == ".":
        digits = rf"\d{{1,2}}(?:,\d{{2}})+,\d{{3}}|{digits}"  # 12,34,567: lakhs and crores
    number = rf"(?P<whole>{digits})(?:{re.escape(decimal)}(?P<part>\d*))?"
    before = rf"(?P<sign>[-+−]?)\s*(?:{_CURRENCY}\s*(?P<inner>[-+−]?)\s*)?"
    after = rf"\s*(?:{_CURRENCY}|%)?\s*(?P<after>[-−]?)"
    return re.compile(
        rf"(?:{_CURRENCY}\s*(?=\())?(?P<open>\(\s*)?{before}{number}{after}(?(open)\s*\))"
    )


def spreadsheet_number(text: str, decimal: str = ".") -> float | None:
    """Reads a number with thousands separators, a currency or percent sign, or in parentheses.

    Args:
        text: What a cell holds.
        decimal: Decimal separator, `"."` or `","`.

    Returns:
        The number, or `None`. Percent are not divided by 100; parentheses are a minus, and so is
        a sign behind a number that has decimals or thousands separators (2- is a grade).

    Example:
        >>> [spreadsheet_number(text) for text in ("$12,345.67", "45.1%", "(3)", "1,2", "12-3")]
        [12345.67, 45.1, -3.0, None, None]
        >>> spreadsheet_number("12.345,67 €", decimal=",")
        12345.67
        >>> [spreadsheet_number(text) for text in ("$ (3.50)", "€ -7", "1,234.5-", "2-")]
        [-3.5, -7.0, -1234.5, None]
        >>> spreadsheet_number("0,980"), spreadsheet_number("0,980", decimal=",")
        (None, 0.98)
    """
    found = _pattern(decimal).fullmatch(text.strip())
    if found is None:
        return None
    digits = re.sub(r"\D", "", found["whole"])
    signs = [found[name] for name in ("sign", "inner", "after") if found[name]]
    bare = digits == found["whole"] and found["part"] is None
    if len(signs) + bool(found["open"]) > 1 or (found["after"] and bare):
        return None
    negative = bool(found["open"]) or any(sign in _MINUS for sign in signs)
    return float(f"{'-' if negative else ''}{digits}.{found['part'] or 0}")


def parse_numbers(column: pd.Series, *, decimal: str = ".", most: int | None = None) -> np.ndarray:
    """Reads a column of numbers or of texts that may be numbers.

    Args:
        column: Its values.
        decimal: Decimal separator of texts.
        most: Behind more texts that are no numbers, those that need a spreadsheet to be read are
            not looked at, which takes time; `None` reads all.

    Returns:
        `float64[n]`, NaN where a value is missing or no number.

    Example:
        >>> import pandas as pd
        >>> parse_numbers(pd.Series(["1e3", "red", None, "1,000"])).tolist()
        [1000.0, nan, nan, 1000.0]
    """
    numbers = _plain_numbers(column, decimal)
    strays = 0
    for row in np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy()):
        found = spreadsheet_number(str(column.iloc[row]), decimal)
        numbers[row] = np.nan if found is None else found
        strays += found is None
        if most is not None and strays > most:
            break
    return numbers


def _plain_numbers(column: pd.Series, decimal: str) -> np.ndarray:
    """The numbers that need no spreadsheet to be read, NaN for all else."""
    import pandas as pd

    if column.dtype.kind in "biuf":
        return column.to_numpy(np.float64, na_value=np.nan)
    texts = column
    if decimal == ",":
        # 12.345 is twelve thousand here, which float() would take for twelve.
        texts = column.map(_with_point, na_action="ignore")
    return pd.to_numeric(texts, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()


def non_numbers(column: pd.Series, *, decimal: str, most: int) -> list[int] | None:
    """Finds the texts of a column that are no numbers.

    Args:
        column: Its values.
        decimal: Decimal separator of texts.
        most: More of them are not looked for.

    Returns:
        Their positions; `None` if there are more.

    Example:
        >>> import pandas as pd
        >>> column = pd.Series(["1", "err", None, "$2", "?"])
        >>> non_numbers(column, decimal=".", most=2), non_numbers(column, decimal=".", most=1)
        ([1, 4], None)
    """
    numbers = parse_numbers(column, decimal=decimal, most=most)
    found = np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy()).tolist()
    return None if len(found) > most else found


def column_decimal(column: pd.Series, decimal: str) -> str:
    """The decimal separator of one column: it may have another origin than its file.

    Args:
        column: Its values.
        decimal: That of the file.

    Returns:
        A point for texts with a point where no thousands separator stands.

    Example:
        >>> import pandas as pd
        >>> [column_decimal(pd.Series(v), ",") for v in (["12.345", "12.5"], ["12.345"])]
        ['.', ',']
    """
    import pandas as pd

    if decimal == ".":
        return decimal
    pointed = column[[isinstance(v, str) and "." in v and "," not in v for v in column]]
    odd = [value for value in pointed.unique() if spreadsheet_number(value, ",") is None]
    fraction = pd.to_numeric(pd.Series(odd, dtype=object), errors="coerce").notna().any()
    return "." if fraction else ","


def _with_point(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = spreadsheet_number(value, ",") if "." in value else None
    return value.replace(",", ".") if found is None else found


def without_marks(column: pd.Series) -> pd.Series:
    """A column in which NA, null and the like are missing, as in a column of numbers."""
    if column.dtype.kind != "O":  # texts, of either type that pandas has for them
        return column
    marks = column.map(lambda value: isinstance(value, str) and value.lower() in MISSING_NUMBERS)
    return column.where(~marks.astype(bool), None)


def first_spelled(column: pd.Series) -> str | None:
    """The first text of a column of numbers that Python itself does not read as a number."""
    import pandas as pd

    if column.dtype.kind in "biuf":
        return None
    odd = column[pd.to_numeric(column, errors="coerce").isna() & column.notna()]
    return None if odd.empty else str(odd.iloc[0])


def mixed_units(column: pd.Series) -> str:
    """What to say of a column whose numbers have a percent or currency sign of several kinds.

    Example:
        >>> import pandas as pd
        >>> mixed_units(pd.Series(["45%", "3%", "0.45"])), mixed_units(pd.Series(["$3", "$4"]))
        ("units differ: '%' 2 times, none 1 time", '')
    """
    if column.dtype.kind in "biuf":
        return ""
    found = (_UNIT.search(str(text)) for text in column.dropna())
    counts = Counter(repr(unit[0]) if unit else "none" for unit in found)
    if len(counts) < 2:
        return ""
    shown = (f"{unit} {n} time{'s' * (n > 1)}" for unit, n in counts.most_common())
    return f"units differ: {', '.join(shown)}"


def zero_padded(column: pd.Series) -> bool:
    """Whether whole numbers are written with redundant leading zeros: codes, not quantities.

    Example:
        >>> import pandas as pd
        >>> zero_padded(pd.Series(["0870", "1360"])), zero_padded(pd.Series(["0.5", "0"]))
        (True, False)
    """
    texts = [value for value in column.dropna().unique() if isinstance(value, str)]
    return (
        bool(texts)
        and all(_WHOLE.fullmatch(text) for text in texts)
        and any(_PADDED.fullmatch(text) for text in texts)
    )
