"""How commands print: a table for people, one JSON value for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

_PROSE = ("summary", "advice", "found", "reason", "source")
_LOG_WIDTH = 160

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON instead of a table; it is the last line."
)


def print_listing(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool
) -> None:
    """Prints a listing.

    Args:
        rows: Objects with a `name` and more.
        columns: Which keys the table shows, in order; JSON has them all.
        as_json: JSON list instead of a table.
    """
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], default=str))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        numeric = bool(rows) and all(isinstance(r.get(column), int | float) for r in rows)
        justify: Any = "right" if numeric else "left"
        # Names and numbers are copied and compared: never cut or broken.
        whole = numeric or column not in _PROSE
        table.add_column(column.replace("_", " "), justify=justify, no_wrap=whole)
    for row in rows:
        table.add_row(*(format_value(row.get(column, "")) for column in columns))
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, _LOG_WIDTH)
    console.print(table)


def print_result(result: Mapping[str, Any]) -> None:
    """Prints one JSON object on one line, for programs that read the last line."""
    click.echo(json.dumps(result, default=str))


def format_value(value: Any) -> str:
    """A value as a person reads it: grouped thousands, four significant digits.

    Example:
        >>> format_value(62458), format_value(0.98765), format_value((16, 32))
        ('62,458', '0.9877', '16, 32')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(format_value(item) for item in value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)
