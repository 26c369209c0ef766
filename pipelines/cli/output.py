"""How commands print: a table for people, one JSON value for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from pipelines.formatting import format_value

_PROSE = ("summary", "advice", "found", "reason", "source")
_LOG_WIDTH = 160
_PROSE_WIDTH = 30

json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print JSON instead of a table, as the last line of output.",
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
        # Names and numbers are copied and compared: never truncated or wrapped.
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


def next_steps(*commands: str) -> None:
    """Names the commands that follow, beside the output that programs read."""
    click.echo("Next: " + "   ".join(commands), err=True)


def print_result(result: Mapping[str, Any]) -> None:
    """Prints one JSON object on one line, for programs that read the last line."""
    click.echo(json.dumps(result, default=str))
