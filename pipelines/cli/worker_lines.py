"""What a worker says to whoever watches it: a line for each event, and signs of life between."""

from __future__ import annotations

from typing import Self

from rich.console import Console
from rich.text import Text

from pipelines.heartbeat import Heartbeat

_WAITS = "waiting for jobs"


class WorkerLines:
    """Lines on standard error, and in a terminal a last one that says what goes on.

    A log hears of jobs only: a worker that waits for days would fill it.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._status = self._console.status(_WAITS)
        self._heartbeat = Heartbeat(self._beat)
        self._now = ""

    def line(self, text: str) -> None:
        """Prints a line."""
        self._heartbeat.news()
        self._print(text)

    def show(self, now: str) -> None:
        """Takes what the worker does, empty while it waits for jobs."""
        if now != self._now:
            self._now = now
            self._status.update(Text(now or _WAITS))

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        else:
            self._heartbeat.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._heartbeat.stop()
        self._status.stop()

    def _beat(self, seconds: float) -> None:
        if self._now:
            self._print(f"... {self._now}  {seconds:.0f} s")

    def _print(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)
