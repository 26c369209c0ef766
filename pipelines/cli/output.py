"""How commands print: a table for people, one JSON value for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from tuning.tracking.locations import LOCAL_UI

_PROSE = ("summary", "advice", "found", "reason", "source")
_LOG_WIDTH = 160
_PROSE_WIDTH = 30

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
    console.width = listing_width()
    console.print(table)


def listing_width() -> int:
    """Columns of the terminal; a file or a pipe has at least 160."""
    from rich.console import Console

    console = Console()
    return console.width if console.is_terminal else max(console.width, _LOG_WIDTH)


def fitting_columns(
    rows: Sequence[Mapping[str, Any]], always: Sequence[str], further: Sequence[str], width: int
) -> list[str]:
    """Those of `further` that fit beside the columns that are always shown.

    Args:
        rows: What is listed.
        always: Keys that are shown anyway.
        further: Keys that are shown as far as there is room, the first ones first.
        width: Characters of a line.

    Example:
        >>> fitting_columns([{"a": 1, "long": "x" * 30, "b": 2}], ["a"], ["long", "b"], 20)
        ['b']
    """
    left = width - sum(_column_width(rows, column) for column in always)
    found = []
    for column in further:
        needed = _column_width(rows, column)
        if needed <= left:
            found.append(column)
            left -= needed
    return found


def _column_width(rows: Sequence[Mapping[str, Any]], column: str) -> int:
    texts = [column, *(format_value(row.get(column, "")) for row in rows)]
    longest = max(map(len, texts))
    # Prose is broken into lines; two characters stand between columns.
    return (min(longest, _PROSE_WIDTH) if column in _PROSE else longest) + 2


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
