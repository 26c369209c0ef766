"""Values and labels as a reader of the report sees them."""

from __future__ import annotations

import math
from typing import Any

from tuning.credentials import mask_credentials


def number(value: Any, digits: int = 4) -> str:
    """Writes a number shortly, and anything else as text.

    Example:
        >>> number(0.98765432), number(1200), number(0.0000123), number(None), number("adam")
        ('0.9877', '1200', '1.23e-05', '–', 'adam')
    """
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return str(value) if isinstance(value, int) else f"{value:.{digits}g}"


def plain(text: str) -> str:
    """Keeps matplotlib from reading a dollar sign as mathematics."""
    return text.replace("$", r"\$")


def shorten(text: str, length: int = 22) -> str:
    """Shortens a label in its middle; a password is hidden before it could be cut in two.

    Example:
        >>> shorten("a_very_long_parameter_name", 13)
        'a_very…r_name'
    """
    text = mask_credentials(text)
    if len(text) <= length:
        return text
    head = length // 2
    return f"{text[:head]}…{text[len(text) - (length - head - 1) :]}"


def duration(seconds: float) -> str:
    """Writes a time as a person says it.

    Example:
        >>> duration(4.25), duration(75), duration(7300)
        ('4.2 s', '1 min 15 s', '2 h 01 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"


def time_unit(seconds: float) -> tuple[float, str]:
    """Chooses a unit of time for an axis.

    Args:
        seconds: The longest time shown.

    Returns:
        Seconds of one unit, and its name.

    Example:
        >>> time_unit(90), time_unit(600), time_unit(90000)
        ((1.0, 's'), (60.0, 'min'), (3600.0, 'h'))
    """
    if seconds <= 300:
        return 1.0, "s"
    return (60.0, "min") if seconds <= 3 * 3600 else (3600.0, "h")
