"""Live progress of a search, and the table at its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from pipelines.cli.output import format_value

if TYPE_CHECKING:
    import tuning
    from pipelines.tuning_jobs.result import TuneResult

_BEST_TRIALS = 5
_WIDE = 240


class SearchProgress:
    """Trials done, running, pruned and failed, the best so far, and the time that is left.

    Args:
        quiet: Show nothing, for output that a program reads.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet)
        self._bar = Progress(
            TextColumn("[bold]trials"),
            MofNCompleteColumn(),
            BarColumn(bar_width=30),
            TextColumn("{task.description}"),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self._task = self._bar.add_task("starting the workers", total=None)
        self._reported = 0

    def __enter__(self) -> SearchProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def note(self, text: str) -> None:
        """Prints a line above the bar."""
        self.console.print(text, highlight=False)

    def update(self, progress: tuning.Progress) -> None:
        """Shows a snapshot of the search."""
        left = progress.remaining_seconds
        parts = [
            f"{progress.running} running",
            f"{progress.pruned} pruned",
            *([f"[red]{progress.failed} failed[/]"] if progress.failed else []),
            *(
                [f"best [green]{progress.best_value:.4f}[/]"]
                if progress.best_value is not None
                else []
            ),
            *([f"about {left:.0f} s left"] if left is not None else []),
        ]
        self._bar.update(
            self._task,
            completed=progress.finished,
            total=progress.total,
            description="  ".join(parts),
        )
        if not self.console.is_terminal and progress.finished > self._reported:
            # A log file gets a line per finished trial instead of a bar.
            self._reported = progress.finished
            line = f"trials {progress.finished}/{progress.total}  {'  '.join(parts)}"
            self.console.print(line, highlight=False, soft_wrap=True)


def print_summary(result: TuneResult) -> None:
    """Prints the best trials, the winner's hyperparameters and the final scores."""
    console = Console()
    rows = result.best_trials(_BEST_TRIALS)
    console.print("[bold]best trials[/]")
    names = list(rows[0]["params"]) if rows else []
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("trial", result.metric, *names):
        table.add_column(column, justify="right" if column in ("trial", result.metric) else "left")
    for row in rows:
        values = (format_value(row["params"].get(name)) for name in names)
        table.add_row(str(row["number"]), f"{row['value']:.4f}", *values)
    # A terminal that is too narrow wraps the line; a cut-off number would be worse.
    Console(width=_WIDE).print(table)
    console.print(
        f"\n[bold]best hyperparameters[/] {json.dumps(result.best_params)}",
        highlight=False,
        soft_wrap=True,
    )
    for name, text in result.facts():
        console.print(f"[bold]{name:<11}[/] {text}", highlight=False, soft_wrap=True)
