"""The table at the end of a search."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from pipelines.cli.output import make_table, next_steps
from pipelines.cli.wording import with_data_options
from pipelines.formatting import format_value
from pipelines.jobs.summary import summary_facts

if TYPE_CHECKING:
    from pipelines.jobs.result import TuneResult

_BEST_TRIALS = 5
_WIDE = 240


def print_summary(result: TuneResult) -> None:
    """Prints the best trials, the winner's hyperparameters and the final scores."""
    console = Console()
    for title, columns, cells in (_stage_lines(result), _front_lines(result)):
        if cells:
            _print_table(title, columns, cells)
    # A front is a table of the best already.
    rows = [] if result.search.front else result.best_trials(_BEST_TRIALS)
    # Some exist beside certain values of others alone.
    names = list(dict.fromkeys(name for row in rows for name in row["params"]))
    lines = [
        [str(row["number"]), format_value(row["value"])]
        + [format_value(value) for value in row["bounded"].values()]
        + [format_value(row["params"].get(name)) for name in names]
        for row in rows
    ]
    if lines:
        columns = ("trial", result.metric, *rows[0]["bounded"], *names)
        _print_table("best trials", columns, lines)
    console.print(
        f"[bold]best hyperparameters[/] {escape(json.dumps(result.best_params))}",
        highlight=False,
        soft_wrap=True,
    )
    for name, text in summary_facts(result):
        # Notes may quote values with brackets, which rich would read as a style.
        console.print(
            f"[bold]{name:<11}[/] {escape(with_data_options(text))}",
            highlight=False,
            soft_wrap=True,
        )
    console.print(f"[bold]{'study':<11}[/] {escape(result.study)}", highlight=False, soft_wrap=True)
    study = shlex.quote(result.study)
    # A function's own winner, or one that Keras cannot save, is nothing that the program can load.
    kept = result.model_path is not None
    second = f"cookbook predict {study} INPUT" if kept else f"cookbook trials {study}"
    next_steps(f"cookbook report {study}", second)


def _print_table(title: str, columns: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    numbers = [
        column
        for index, column in enumerate(columns)
        if all(line[index].replace(".", "").replace(",", "").isdigit() for line in lines)
    ]
    table = make_table(columns, lines, right=numbers, wrapping=columns)
    Console().print(f"[bold]{title}[/]")
    # A terminal that is too narrow wraps the line; a cut-off number would be worse.
    Console(width=_WIDE).print(table)
    Console().print()


def _stage_lines(result: TuneResult) -> tuple[str, Sequence[str], list[list[str]]]:
    """The table of the stages: what each one tried and reached."""
    columns = ("stage", "strategy", "trials", "pruned", "failed", "best trial")
    lines = []
    for row in result.search.stages:
        spread = row["deviation"]
        best = format_value(row["best"]) + ("" if spread is None else f" ± {format_value(spread)}")
        cells = [format_value(row[column.replace(" ", "_")]) for column in columns]
        lines.append([*cells, best])
    return "stages", (*columns, f"best {result.metric}"), lines


def _front_lines(result: TuneResult) -> tuple[str, Sequence[str], list[list[str]]]:
    """The table of the Pareto front: what each trial reached in every metric."""
    front = result.search.front
    metrics = [name for name, _ in result.search.metrics]
    names = list(dict.fromkeys(name for one in front for name in one["params"]))
    lines = [
        [
            str(one["trial"]),
            *(format_value(one["values"][name]) for name in metrics),
            *(format_value(one["params"].get(name)) for name in names),
        ]
        for one in front
    ]
    return "Pareto front", ("trial", *metrics, *names), lines
