"""Values and addresses as people read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tuning.tracking.locations import LOCAL_UI


def format_value(value: Any) -> str:
    """A value as a person reads it: grouped thousands, four significant digits.

    Example:
        >>> format_value(62458), format_value(0.98765), format_value((16, 32))
        ('62,458', '0.9877', '16, 32')
        >>> format_value(104012.5), format_value(2.5e-5)
        ('104,012', '2.5e-05')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        # Prices and counts, where four digits would need an exponent.
        return f"{value:,.0f}" if 9999.5 <= abs(value) < 1e9 else f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(format_value(item) for item in value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def where(run_url: str) -> str:
    """The address of a run, and how it is opened when it lies in a store without a server.

    Example:
        >>> where("http://server:5000/#/experiments/1/runs/abc")
        'http://server:5000/#/experiments/1/runs/abc'
        >>> where("http://127.0.0.1:5000/#/experiments/1/runs/abc")
        'http://127.0.0.1:5000/#/experiments/1/runs/abc  (open it with: cookbook ui)'
    """
    local = run_url.startswith(f"{LOCAL_UI}/")
    return f"{run_url}  (open it with: cookbook ui)" if local else run_url
