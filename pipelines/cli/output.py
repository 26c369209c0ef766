"""How commands print: a table for people, one JSON value for programs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pipelines.formatting import format_value

if TYPE_CHECKING:
    from rich.table import Table

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
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[str],
    *,
    as_json: bool,
    exact: bool = False,
) -> None:
    """Prints a listing.

    Args:
        rows: Objects with a `name` and more.
        columns: Which keys the table shows, in order; JSON has them all.
        as_json: JSON list instead of a table.
        exact: Whether the keys are names to be copied, as of hyperparameters; otherwise
            underscores are shown as spaces.
    """
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], default=str))
        return
    from rich.console import Console

    heads = {column: column if exact else column.replace("_", " ") for column in columns}
    console = Console()
    console.width = listing_width()
    console.print(
        make_table(
            list(heads.values()),
            ([format_value(row.get(column, "")) for column in columns] for row in rows),
            right=[heads[c] for c in columns if rows and all(_is_number(r.get(c)) for r in rows)],
            wrapping=_PROSE,
        )
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def make_table(
    columns: Sequence[str],
    lines: Iterable[Sequence[str]],
    *,
    right: Collection[str] = (),
    wrapping: Collection[str] = (),
    title: str = "",
) -> Table:
    """Makes a table whose texts are shown as they are.

    Studies, hyperparameters and columns have names that their users chose: `x[/b]` is one, and
    rich would read it as markup.

    Args:
        columns: Heads.
        lines: Cells of each line.
        right: Columns whose cells end on one line, as numbers do.
        wrapping: Columns that may be broken into lines; names and numbers are copied and compared.
        title: Heading.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=None,
        header_style="bold",
        pad_edge=False,
        title=Text(title, "table.title") if title else None,
    )
    table.title_justify = "left"
    for column in columns:
        table.add_column(
            Text(column),
            justify="right" if column in right else "left",
            no_wrap=column not in wrapping,
        )
    for line in lines:
        table.add_row(*map(Text, line))
    return table


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


@contextlib.contextmanager
def working(text: str, *, long: bool = False) -> Iterator[None]:
    """Says on standard error what takes its time; a log or a pipe hears of it after a second.

    Args:
        text: What is done.
        long: It takes seconds anyway: a log hears of it at once. While large libraries are
            imported no other thread has its turn for seconds.
    """
    from rich.console import Console

    from pipelines.heartbeat import Heartbeat

    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(f"{text} ..."):
            yield
        return
    if long:
        click.echo(f"... {text}", err=True)
    heartbeat = Heartbeat(lambda seconds: click.echo(f"... {text}  {seconds:.0f} s", err=True))
    heartbeat.start()
    try:
        yield
    finally:
        heartbeat.stop()


def next_steps(*commands: str) -> None:
    """Names the commands that follow, beside the output that programs read."""
    click.echo("Next: " + "   ".join(commands), err=True)


def print_result(result: Mapping[str, Any]) -> None:
    """Prints one JSON object on one line, for programs that read the last line."""
    click.echo(json.dumps(result, default=str))
