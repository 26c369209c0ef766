"""The bar that trainings, comparisons and searches share."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn


class LiveBar:
    """A bar on standard error: what is counted, how many are done, and a text.

    Standard output is left to results, so that a program can read them.

    Args:
        label: What is counted; rich markup.
        waiting: The text until the first is done.
        width: Of the bar, in characters.
        further: Columns after the text.
    """

    def __init__(
        self,
        label: str,
        waiting: str,
        *,
        width: int = 24,
        further: tuple[ProgressColumn, ...] = (),
    ) -> None:
        self.console = Console(stderr=True)
        self._bar = Progress(
            TextColumn(label),
            MofNCompleteColumn(),
            BarColumn(bar_width=width),
            TextColumn("{task.description}"),
            *further,
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self._task = self._bar.add_task(waiting, total=None)

    def note(self, text: str) -> None:
        """Prints a line above the bar, or into a log file instead of one."""
        self.console.print(text, highlight=False, soft_wrap=True)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._bar.stop()
