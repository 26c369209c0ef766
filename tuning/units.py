"""Durations and amounts of memory as people write them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

_TIME_UNITS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_SIZE_UNITS |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def parse_seconds(value: Any) -> Any:
    """Reads a duration: a number of seconds or text such as `"90s"`, `"10min"`, `"2h"`.

    Raises:
        ValueError: If a text has no unit of time, or the duration is not finite.

    Example:
        >>> parse_seconds("1.5h"), parse_seconds(30)
        (5400.0, 30)
    """
    return _with_unit(value, _TIME_UNITS, "a duration", "90s, 10min or 2h")


def parse_bytes(value: Any) -> Any:
    """Reads an amount of memory: a number of bytes or text such as `"512MB"`, `"2GB"`.

    Raises:
        ValueError: If a text has no unit of memory, or the amount is not finite.

    Example:
        >>> parse_bytes("2GB")
        2000000000
    """
    number = _with_unit(value, _SIZE_UNITS, "an amount of memory", "512MB or 2GB")
    return int(number) if isinstance(number, float) else number


def _with_unit(value: Any, units: Mapping[str, float], what: str, examples: str) -> Any:
    number = value
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*([A-Za-z]*)\s*", value)
        if match is None or match[2] not in units:
            raise ValueError(f"{what.capitalize()} is written like {examples}. Got {value[:80]!r}.")
        number = float(match[1]) * units[match[2]]
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError(
            f"{what.capitalize()} must be finite, such as {examples}. Got {str(value)[:80]}."
        )
    return number
