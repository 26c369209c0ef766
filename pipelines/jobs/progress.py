"""Live progress of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.formatting import format_value
from pipelines.progress_bar import ElapsedColumn, LiveBar, Verbose

if TYPE_CHECKING:
    import tuning


class SearchProgress(LiveBar):
    """Trials done, running, pruned and failed, the best so far, and the time that is left.

    Args:
        verbose: Where and whether it is shown.
    """

    def __init__(self, *, verbose: Verbose = True) -> None:
        super().__init__(
            "[bold]trials[/]",
            "starting the workers",
            width=30,
            # It shows that something goes on while the winner is refitted, which no trial counts.
            further=(ElapsedColumn(),),
            verbose=verbose,
        )
        self._reported = 0

    def update(self, progress: tuning.Progress) -> None:
        """Shows a snapshot of the search."""
        left = progress.remaining_seconds
        parts = [
            *(
                [f"best [green]{format_value(progress.best_value)}[/]"]
                if progress.best_value is not None
                else []
            ),
            *([f"about {left:.0f} s left"] if left is not None else []),
            *([f"[red]{progress.failed} failed[/]"] if progress.failed else []),
            f"{progress.running} running",
            f"{progress.pruned} pruned",
        ]
        text = "  ".join(parts)
        self.show(progress.finished, progress.total, text)
        if progress.finished > self._reported:
            # A log gets a line per finished trial instead of a bar.
            self._reported = progress.finished
            of = "" if progress.total is None else f"/{progress.total}"
            self.log(f"trials {progress.finished}{of}  {text}")
