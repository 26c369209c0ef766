"""The bar that trainings, comparisons and searches share, in a terminal, a notebook or a log."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from typing import Literal, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from pipelines.heartbeat import Heartbeat

Verbose = Literal["auto"] | bool | int

BAR, LINE, LOG, SILENT = "bar", "line", "log", "silent"
_LINE_WIDTH = 100
_SHORTEST_BAR, _TEXTS = 6, 72
_COUNTS, _TIME = 12, 8  # characters of "1000/1000" and of "0:00:00", with their spaces
_SECONDS_BETWEEN_LINES = 0.2


def surface_for(verbose: Verbose) -> str:
    """How progress is shown.

    Args:
        verbose: `"auto"` shows a bar in a terminal and a line that rewrites itself in a notebook,
            and is silent elsewhere; true or 1 writes lines elsewhere; false or 0 is silent.

    Returns:
        `"bar"`, `"line"`, `"log"` or `"silent"`.

    Raises:
        ValueError: If it is anything else.

    Example:
        >>> surface_for(0), surface_for("loud")
        Traceback (most recent call last):
        ...
        ValueError: `verbose` is "auto", True or False. Got verbose='loud'.
    """
    if verbose != "auto" and verbose not in (0, 1, 2):  # 2 is Keras' word for lines
        raise ValueError(f'`verbose` is "auto", True or False. Got verbose={verbose!r}.')
    if verbose == 0:
        return SILENT
    console = Console(stderr=True)
    if console.is_terminal and verbose != 2:
        return BAR
    if console.is_jupyter and verbose != 2:
        return LINE
    return SILENT if verbose == "auto" else LOG


class ElapsedColumn(ProgressColumn):
    """The time since the beginning; it goes on when all is counted and something still runs."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def render(self, task: Task) -> Text:
        """The time as hours, minutes and seconds."""
        seconds = int(time.monotonic() - self._began)
        return Text(str(timedelta(seconds=seconds)), style="progress.elapsed")


class LeftColumn(ElapsedColumn):
    """The time that is left; while nothing is counted, or all is, the time since the beginning."""

    def __init__(self) -> None:
        super().__init__()
        self._left = TimeRemainingColumn()

    def render(self, task: Task) -> Text:  # noqa: D102
        counts = task.total is not None and not task.finished
        return self._left.render(task) if counts else super().render(task)


class LiveBar:
    """What is counted, how many are done, and a text.

    In a terminal it is drawn on standard error: standard output is left to results, so that a
    program can read them. A log gets lines, also every few seconds while there is no other news.

    Args:
        label: What is counted; rich markup.
        waiting: The text until the first is done.
        width: Of the bar, in characters.
        further: Columns before the text, each of the width of a time.
        verbose: Where and whether it is shown, see `surface_for`.
    """

    def __init__(
        self,
        label: str,
        waiting: str,
        *,
        width: int = 24,
        further: tuple[ProgressColumn, ...] = (),
        verbose: Verbose = True,
    ) -> None:
        self.surface = surface_for(verbose)
        self.console = Console(stderr=True, quiet=self.surface == SILENT)
        self._label = Text.from_markup(label).plain
        self._state = waiting
        self._written, self._beaten = 0.0, False
        self._heartbeat = Heartbeat(self._beat)
        # In a narrow terminal the texts keep their place, and the bar gives way.
        bar = max(_SHORTEST_BAR, min(width, self.console.width - _TEXTS))
        self._room = self.console.width - bar - len(self._label) - _COUNTS - _TIME * len(further)
        self._bar = Progress(
            TextColumn(label),
            MofNCompleteColumn(),
            BarColumn(bar_width=bar),
            *further,
            TextColumn("{task.description}"),
            console=self.console,
            disable=self.surface != BAR,
        )
        self._task = self._bar.add_task(waiting, total=None)

    def show(self, completed: float, total: float | None, text: str) -> None:
        """Shows a state.

        Args:
            completed: How many are done.
            total: Of how many, or None while unknown.
            text: Everything else; rich markup.
        """
        fitting = Text.from_markup(text)
        fitting.truncate(self._room, overflow="ellipsis")
        self._bar.update(self._task, completed=completed, total=total, description=fitting.markup)
        count = f"{self._label} {round(completed, 2):g}/{total or '?'}"
        self._state = f"{count}  {Text.from_markup(text).plain}".rstrip()
        over = total is not None and completed >= total
        since = time.monotonic() - self._written
        if self.surface == LINE and (over or since > _SECONDS_BETWEEN_LINES):
            self._rewrite(self._state)

    def wait_for(self, text: str) -> None:
        """Says what is done before anything is counted."""
        self._state = text
        self._bar.update(self._task, description=text)

    def log(self, text: str) -> None:
        """Prints a line into a log, where there is neither a bar nor a line that is rewritten.

        Args:
            text: The line; rich markup.
        """
        if self.surface == LOG:
            self._print(text, markup=True)

    def note(self, text: str) -> None:
        """Prints a line above the bar, or into a log file instead of one; brackets stay."""
        self._print(text, markup=False)

    def _print(self, text: str, *, markup: bool) -> None:
        self._state = ""  # the line itself says what goes on
        self._heartbeat.news()
        self.console.print(text, highlight=False, markup=markup, soft_wrap=True)

    def _beat(self, seconds: float) -> None:
        """Says that something goes on."""
        text = "  ".join(part for part in (self._state, f"{seconds:.0f} s") if part)
        if self.surface == LOG:
            self.console.print(f"... {text}", highlight=False, markup=False, soft_wrap=True)
        else:
            self._beaten = True
            self._draw(text)

    def _rewrite(self, text: str) -> None:
        self._heartbeat.news()
        self._written, self._beaten = time.monotonic(), False
        self._draw(text)

    def _draw(self, text: str) -> None:
        sys.stdout.write(f"\r{text[:_LINE_WIDTH]:<{_LINE_WIDTH}}")
        sys.stdout.flush()

    def __enter__(self) -> Self:
        if self.surface in (LOG, LINE):
            self._heartbeat.start()
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._heartbeat.stop()
        self._bar.stop()
        if self._beaten:
            self._draw(self._state)  # without the seconds that were said last
        if self.surface == LINE and (self._written or self._beaten):
            sys.stdout.write("\n")
