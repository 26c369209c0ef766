"""Live progress of trainings and searches, and the tables at their ends."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import TimeRemainingColumn
from rich.table import Table

from pipelines.formatting import format_value, where
from pipelines.progress_bar import LiveBar

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset
    from pipelines.training.run import TrainResult

# What the last epoch gave stays to be read for so long.
_SECONDS_TO_READ = 2.0
# Of a log file, within a long epoch.
_SECONDS_BETWEEN_LINES = 60.0


class EpochProgress(LiveBar):
    """One bar over the epochs: the way through the running one, then what it gave.

    Args:
        own_data: Show what was inferred of the columns of the user's own table.
    """

    def __init__(self, *, own_data: bool = False) -> None:
        super().__init__(
            "epoch",
            "loading data and tracing the model",
            further=(TimeRemainingColumn(),),
        )
        self._own_data = own_data
        self._last = self._shown = time.perf_counter()

    def start(self, dataset: Dataset) -> None:
        """Shows the columns of a table; the time of the first epoch begins."""
        if self._own_data and dataset.schema is not None:
            schema = dataset.schema
            # Names and values of the user's may look like rich's markup.
            plain: dict[str, Any] = {"highlight": False, "markup": False, "soft_wrap": True}
            self.console.print(schema.table(), **plain)
            how = f'--data-option "{schema.override()}"'
            self.console.print(f"other kinds (numeric, categorical, dropped): {how}", **plain)
        self._last = self._shown = time.perf_counter()

    def step(self, done: float, epochs: int, metrics: Mapping[str, float]) -> None:
        """Shows the way through an epoch: `done` epochs of `epochs`."""
        epoch = math.ceil(done)
        so_far = _metrics(metrics)
        now = time.perf_counter()
        if now - self._last > _SECONDS_TO_READ:
            text = f"{done - epoch + 1:.0%} of epoch {epoch}  {so_far}"
            self._bar.update(self._task, description=text)
        self._bar.update(self._task, completed=done, total=epochs)
        if not self.console.is_terminal and now - self._shown > _SECONDS_BETWEEN_LINES:
            self._shown = now
            self.note(f"epoch {done:.2f}/{epochs}  {so_far}")

    def update(self, epoch: int, epochs: int, metrics: Mapping[str, float]) -> None:
        """Shows one finished epoch."""
        now = time.perf_counter()
        seconds = now - self._last
        self._last = self._shown = now
        text = f"{_metrics(metrics)}  {seconds:.1f} s"
        self._bar.update(self._task, completed=epoch, total=epochs, description=text)
        if not self.console.is_terminal:
            # A log file gets a line per epoch instead of a bar.
            self.note(f"epoch {epoch}/{epochs}  {text}")

    def summary(self, result: TrainResult) -> None:
        """Prints what the training gave."""
        console = Console()
        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in ("", *result.test_metrics):
            table.add_column(column, justify="left" if not column else "right")
        rows: list[tuple[str, Mapping[str, Any]]] = [
            ("validation", result.metrics),
            ("test", result.test_metrics),
            (f"{result.baseline} (test)", result.baseline_metrics),
        ]
        for name, values in rows:
            table.add_row(name, *(format_value(values.get(key)) for key in result.test_metrics))
        console.print(table)
        sample = "samples" if result.images_per_second is None else "images"
        rate = f"{result.samples_per_second:,.0f} {sample}/s"
        for note in result.notes:
            console.print(f"data       {note}", highlight=False, markup=False, soft_wrap=True)
        console.print(f"trained in {result.seconds:.1f} s ({rate})", highlight=False)
        places: list[tuple[str, Any]] = [("model", result.model_path)]
        if result.run_url:
            places.append(("run", where(result.run_url)))
        for name, value in places:
            # Whole, so that it can be clicked and copied.
            console.print(f"{name:<10} {value}", highlight=False, markup=False, soft_wrap=True)


def _metrics(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {format_value(value)}" for name, value in metrics.items())
