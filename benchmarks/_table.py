"""How a benchmark's measurements look, on the terminal and in the documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from benchmarks._harness import Benchmark, Row

# Between the quantities in one cell of a summary.
BETWEEN = " · "
HEADINGS = ("case", "contestant", "quantity", "median", "lowest to highest", "runs", "ours / peer")


def show(
    console: Console, benchmark: Benchmark, rows: Sequence[Row], judged: Sequence[Mapping[str, Any]]
) -> None:
    """Prints one table, then the goals and what was not equal.

    Args:
        console: Where to.
        benchmark: The benchmark.
        rows: The measurements.
        judged: What `ratios` found.
    """
    machine = benchmark.origin.machine
    table = Table(title=f"{benchmark.title} ({machine['cores']} cores, {machine['cpu']})")
    for heading in HEADINGS:
        table.add_column(heading)
    for row in rows:
        if row.skipped:
            table.add_row(row.case, row.name, row.skipped, "", "", "", "")
        for quantity in benchmark.quantities:
            cells = line(row, quantity.key, quantity.unit, judged)
            if cells is not None:
                table.add_row(*cells)
    console.print(table)
    for text in verdicts(judged):
        console.print(text)
    for text in benchmark.unequal:
        console.print(f"Not equal: {text}")


def line(
    row: Row, key: str, unit: str, judged: Sequence[Mapping[str, Any]]
) -> tuple[str, ...] | None:
    """The cells of one contestant and quantity, or None where nothing was measured.

    Args:
        row: The contestant.
        key: The quantity.
        unit: Its unit.
        judged: What `ratios` found.
    """
    values, median = row.values(key), row.median(key)
    if median is None:
        return None
    wanted = (row.case, key, row.name)
    ratio = [j["value"] for j in judged if (j["case"], j["quantity"], j["peer"]) == wanted]
    return (
        row.case,
        row.name,
        unit,
        _number(median),
        f"{_number(min(values))} to {_number(max(values))}",
        str(len(values)),
        f"{ratio[0]:.2f}" if ratio else "",
    )


def markdown_table(headings: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table in Markdown.

    Args:
        headings: Of the columns.
        lines: One cell for each column.

    Example:
        >>> markdown_table(["a", "b"], [["1", "2"]]).splitlines()
        ['| a | b |', '| --- | --- |', '| 1 | 2 |']
    """
    rows = [headings, ["---"] * len(headings), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def commit_of(result: Mapping[str, Any]) -> str:
    """The commit that a file of results names, for people."""
    return str(result["commit"][:10]) + (" with changes" if result["modified"] else "")


def summary(result: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """A table that would be long, with one line a contestant and one column a case, as Markdown.

    Args:
        result: The content of a benchmark's JSON file.
        rows: Its rows.
    """
    cases = list(dict.fromkeys(row.case for row in rows))
    cells: dict[str, dict[str, str]] = {}
    for row in rows:
        medians = [row.median(quantity["key"]) for quantity in result["quantities"]]
        found = row.skipped or BETWEEN.join(_number(one) for one in medians if one is not None)
        cells.setdefault(row.name, {})[row.case] = found
    lines = [[name, *(found.get(case, "") for case in cases)] for name, found in cells.items()]
    units = BETWEEN.join(quantity["unit"] for quantity in result["quantities"])
    runs = sorted({len(row.runs) for row in rows if row.runs})
    note = (
        f"Medians over {' or '.join(map(str, runs))} runs: {units}. The spread and every run: "
        f"`benchmarks/results/{result['name']}.json`."
    )
    return "\n".join([markdown_table(["contestant", *cases], lines), "", note])


def _number(value: float) -> str:
    """Four digits; whole thousands are written out."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def verdicts(judged: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line for every goal, with the cases that have it: reached or not."""
    goals: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for one in judged:
        if "must" in one:
            key = (one["reached"], one["quantity"], one["peer"], one["must"], one.get("goal"))
            goals.setdefault(key, []).append(one)
    return [_verdict(cases) for cases in goals.values()]


def _verdict(cases: Sequence[Mapping[str, Any]]) -> str:
    """Of cases that differ in their name and value alone."""
    first, peer = cases[0], cases[0]["peer"]
    word = "reached" if first["reached"] else "MISSED"
    law = f"at least {first['must']:g}" if peer else f"at most {first['must']:g}"
    aim = f", aimed at {first['goal']:g}" if peer and first.get("goal") else ""
    what = f"{first['quantity']}: ours / {peer}" if peer else first["quantity"]
    values = [f"{one['value']:.2f}" if peer else f"{one['value']:.4g}" for one in cases]
    if len(cases) > 1 and len(set(values)) == 1:
        return f"{word}: {what} = {values[0]} in all {len(cases)} cases, {law}{aim}"
    found = BETWEEN.join(
        f"{value} ({one['case']})" for value, one in zip(values, cases, strict=True)
    )
    return f"{word}: {what} = {found}, {law}{aim}"
