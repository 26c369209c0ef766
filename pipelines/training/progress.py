"""Live progress of a training."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipelines.formatting import format_value
from pipelines.progress_bar import LeftColumn, LiveBar, Verbose
from pipelines.training.data import said_of

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset
    from pipelines.training.run import TrainRequest

# What the last epoch gave stays to be read for so long.
_SECONDS_TO_READ = 2.0


class EpochProgress(LiveBar):
    """One bar over the epochs: the way through the running one, then what it gave.

    Args:
        request: Its notices are shown first, then what was read, inferred and left out of the
            user's own data.
        verbose: Where and whether it is shown, see `surface_for`.
        wording: Brings the names of arguments into the caller's language.
    """

    def __init__(
        self,
        request: TrainRequest,
        *,
        verbose: Verbose = True,
        wording: Callable[[str], str] = str,
    ) -> None:
        super().__init__(
            "epoch",
            "loading data and tracing the model",
            further=(LeftColumn(),),
            verbose=verbose,
        )
        self._request, self._wording = request, wording
        self._text = ""
        self._last = time.perf_counter()

    def start(self, dataset: Dataset) -> None:
        """Shows what is to be known of the training; the time of the first epoch begins."""
        read = said_of(dataset) if self._request.own_data else ()
        for line in (*self._request.notices, *read):
            self.note(self._wording(line))
        self.wait_for("tracing the model")
        self._last = time.perf_counter()

    def step(self, done: float, epochs: int, metrics: Mapping[str, float]) -> None:
        """Shows the way through an epoch: `done` epochs of `epochs`."""
        epoch = math.ceil(done)
        if time.perf_counter() - self._last > _SECONDS_TO_READ:
            self._text = f"{done - epoch + 1:.0%} of epoch {epoch}  {_metrics(metrics)}"
        self.show(done, epochs, self._text)

    def update(self, epoch: int, epochs: int, metrics: Mapping[str, float]) -> None:
        """Shows one finished epoch."""
        now = time.perf_counter()
        seconds = now - self._last
        self._last = now
        self._text = f"{_metrics(metrics)}  {seconds:.1f} s"
        self.show(epoch, epochs, self._text)
        # A log file gets a line per epoch instead of a bar.
        self.log(f"epoch {epoch}/{epochs}  {self._text}")
        if epoch == epochs:
            self.show(epoch, epochs, f"testing and recording  {self._text}")
            self.log("testing and recording ...")


def _metrics(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {format_value(value)}" for name, value in metrics.items())
