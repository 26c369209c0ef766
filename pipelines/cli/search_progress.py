"""Live progress of a search, and the table at its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from pipelines.cli.output import format_value

if TYPE_CHECKING:
    import tuning
    from pipelines.tuning_jobs.result import TuneResult

_BEST_TRIALS = 5


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
        )
        self._task = self._bar.add_task("starting the workers", total=None)
        self._live = Live(self._bar, console=self.console, refresh_per_second=4, transient=True)
        self._shown: set[int] = set()

    def __enter__(self) -> SearchProgress:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

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
            *([f"best [green]{progress.best_value:.4f}[/]"] if progress.best_value is not None else []),
            *([f"about {left:.0f} s left"] if left is not None else []),
        ]
        self._bar.update(
            self._task,
            completed=progress.finished,
            total=progress.total,
            description="  ".join(parts),
        )


def print_summary(result: TuneResult) -> None:
    """Prints the best trials, the winner's hyperparameters and the final scores."""
    console = Console()
    rows = result.best_trials(_BEST_TRIALS)
    names = list(rows[0]["params"]) if rows else []
    table = Table(box=None, header_style="bold", pad_edge=False, title="best trials")
    for column in ("trial", result.metric, *names):
        table.add_column(column, justify="right" if column in ("trial", result.metric) else "left")
    for row in rows:
        values = (format_value(row["params"].get(name)) for name in names)
        table.add_row(str(row["number"]), f"{row['value']:.4f}", *values)
    console.print(table)
    console.print(f"\n[bold]best hyperparameters[/] {json.dumps(result.best_params)}", highlight=False)
    for name, text in result.facts():
        console.print(f"[bold]{name:<11}[/] {text}", highlight=False, soft_wrap=True)


def counts_text(counts: dict[str, Any]) -> str:
    """Counts of trials by their end.

    Example:
        >>> counts_text({"complete": 20, "pruned": 4, "failed": 0})
        '20 complete, 4 pruned'
    """
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count)
