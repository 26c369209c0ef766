"""Parts of the page as HTML; every text is escaped and without passwords."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from matplotlib.figure import Figure

from tuning.credentials import mask_credentials
from tuning.report.svg import inline_svg
from tuning.report.values import number


def text(value: Any) -> str:
    """A text as HTML shows it."""
    return escape(mask_credentials(str(value)))


def section(name: str, title: str, content: str) -> str:
    """A part of the page that the contents lead to.

    Args:
        name: Its id.
        title: Heading.
        content: HTML.
    """
    return f'<section id="{name}"><h2>{text(title)}</h2>\n{content}</section>'


def figure(name: str, caption: str, drawn: Figure) -> str:
    """A figure with what it shows and how it is read."""
    svg = inline_svg(drawn, name=name)
    caption = f"<figcaption>{text(caption)}</figcaption>" if caption else ""
    return f'<figure>{caption}<div class="scroll" tabindex="0">{svg}</div></figure>'


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    wide: int = -1,
    trials: bool = False,
    name: str = "",
) -> str:
    """A table; one of trials sorts by its columns, where scripts run.

    Args:
        header: Names of the columns.
        rows: Their cells; the first one names the row.
        wide: Column that wraps.
        trials: Whether the first cell is the number of a trial.
        name: Id of the table.
    """
    head = "".join(f'<th scope="col">{text(column)}</th>' for column in header)
    body = "".join(_row(row, wide, trials=trials) for row in rows)
    name = f' id="{name}"' if name else ""
    kind = ' class="sortable"' if trials else ""
    return (
        f'<div class="scroll" tabindex="0"><table{kind}{name}><thead><tr>{head}</tr>'
        f"</thead><tbody>\n{body}</tbody></table></div>"
    )


def _row(row: Sequence[Any], wide: int, *, trials: bool) -> str:
    trial = f' data-trial="{int(row[0])}"' if trials else ""
    cells = "".join(_cell(cell, column, wide) for column, cell in enumerate(row))
    return f"<tr{trial}>{cells}</tr>\n"


def _cell(cell: Any, column: int, wide: int) -> str:
    # What is sorted is the whole number, not what is shown of it.
    exact = isinstance(cell, float) or cell is None
    value = f' data-value="{"" if cell is None else repr(cell)}"' if exact else ""
    kind = ' class="wide"' if column == wide else ""
    if column == 0:
        return f'<th scope="row"{value}>{text(number(cell))}</th>'
    return f"<td{kind}{value}>{text(number(cell))}</td>"


def definitions(values: Mapping[str, Any]) -> str:
    """Names and values of a nested dictionary, as a table."""
    return table(("name", "value"), _leaves(values, ""), wide=1)


def _leaves(values: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    """Rows of a nested dictionary: names joined by slashes, lists written out."""
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            rows += _leaves(value, f"{prefix}{key} / ")
        elif isinstance(value, list | tuple):
            if value:
                flat = not any(isinstance(item, Mapping | list | tuple) for item in value)
                shown = ", ".join(map(number, value)) if flat else json.dumps(value, default=str)
                rows.append((f"{prefix}{key}", shown))
        elif value is not None:
            rows.append((f"{prefix}{key}", value))
    return rows
