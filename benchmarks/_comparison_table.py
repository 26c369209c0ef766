"""How a measured comparison looks in the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks._table import commit_of, markdown_table

Row = Mapping[str, Any]


def render_comparison(record: Mapping[str, Any]) -> str:
    """One comparison as Markdown: a table for each part, what the noise allows to say, the figure.

    Args:
        record: The content of its JSON file, as `benchmarks.comparisons` writes it.
    """
    parts = dict.fromkeys(row["part"] for row in record["table"])
    blocks = [_part(title, [r for r in record["table"] if r["part"] == title]) for title in parts]
    sentences = [f"- {sentence}" for sentence in record["conclusions"]]
    figure = f"![{record['name']}](images/{record['name']}.png)"
    return "\n".join([*blocks, *sentences, "", figure, "", _origin(record), ""])


def _part(title: str, rows: Sequence[Row]) -> str:
    cells = [_cells(row) for row in rows]
    table = markdown_table(list(cells[0]), [list(found.values()) for found in cells])
    return (f"{title}:\n\n" if title else "") + table + "\n"


def _cells(row: Row) -> dict[str, str]:
    rate = {"rate": _number(row["learning_rate"])} if "learning_rate" in row else {}
    further = [name for name in row if f"{name}_low" in row and name != "difference"]
    return {
        "arm": row["arm"],
        **rate,
        row["metric"].replace("_", " "): _interval(row["mean"], row["low"], row["high"]),
        **{name.replace("_", " "): _number(row[name]) for name in further},
        "to the best": _interval(row["difference"], row["difference_low"], row["difference_high"]),
        "verdict": row["verdict"],
    }


def _interval(middle: float | None, low: float | None, high: float | None) -> str:
    if middle is None or low is None:
        return _number(middle)
    return f"{_number(middle)} [{_number(low)}, {_number(high)}]"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _origin(record: Mapping[str, Any]) -> str:
    machine, count = record["machine"], len(record["seeds"])
    return (
        f"`{record['command']}`, {count} seed{'s' * (count > 1)}, commit {commit_of(record)}; "
        f"{machine['cores']} core(s), {machine['cpu']}; keras {record['versions']['keras']}."
    )
