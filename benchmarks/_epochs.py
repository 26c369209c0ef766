"""What the measurements of epochs share."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any


def compiled(model: Any) -> Any:
    """Compiles a classifier with Adam, cross-entropy of its logits, and accuracy."""
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


def epoch_clock() -> Any:
    """A callback whose `seconds` has the wall time of every epoch."""
    import keras

    class Clock(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []
            self._began = 0.0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self._began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self._began)

    return Clock()


def speed(what: str, count: int, seconds: Sequence[float]) -> dict[str, Any]:
    """Median pace of several epochs.

    Args:
        what: What is counted, for example `"images"`.
        count: How many an epoch has.
        seconds: Of each measured epoch.

    Example:
        >>> speed("images", 100, [2.0, 4.0, 2.0])["images_per_second"]
        50.0
    """
    median = statistics.median(seconds)
    return {f"{what}_per_second": count / median, "seconds": median, "epochs": list(seconds)}
