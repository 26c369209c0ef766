"""Callbacks that carry a training's epochs to whoever watches it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras
from typing_extensions import override

Report = Callable[[int, Mapping[str, float]], None]


class EpochReporter(keras.callbacks.Callback):
    """Reports every epoch's metrics; whatever the receiver raises ends the training.

    Args:
        report: `(epoch, metrics)`, epochs counted from 1.
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: D102
        self._report(epoch + 1, dict(logs or {}))


class EpochMemory(EpochReporter):
    """Reports every epoch; a training that goes on from a checkpoint restores those before it.

    Args:
        report: `(epoch, metrics)`, epochs counted from 1.
        restore: The same for epochs that another process reported.

    Attributes:
        epochs: Metrics of every epoch so far.
    """

    def __init__(self, report: Report, restore: Report) -> None:
        super().__init__(report)
        self.epochs: list[dict[str, float]] = []  # a checkpoint keeps it
        self._restore = restore

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: D102
        self._restore_all()

    @override
    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self.epochs.append(dict(logs or {}))
        super().on_epoch_end(epoch, logs)

    def on_train_end(self, logs: Any = None) -> None:  # noqa: D102
        self._restore_all()

    def _restore_all(self) -> None:
        for epoch, metrics in enumerate(self.epochs, 1):
            self._restore(epoch, metrics)


class EpochClock(keras.callbacks.Callback):
    """Adds up the time of a training's epochs, of those before a checkpoint too.

    Attributes:
        seconds: Wall time from here to the end of the last epoch, and what a checkpoint brought.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self._lap = _stopwatch()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: D102
        self.seconds += self._lap()


def _stopwatch() -> Callable[[], float]:
    # A function, as a checkpoint keeps numbers: another process has another zero of time.
    last = time.perf_counter()

    def lap() -> float:
        nonlocal last
        now = time.perf_counter()
        seconds, last = now - last, now
        return seconds

    return lap


class StepReporter(keras.callbacks.Callback):
    """Reports the way through an epoch about twice a second; the epoch stays compiled.

    Args:
        report: `(epochs done, metrics so far)`, for example 2.25 in the third epoch.
    """

    def __init__(self, report: Callable[[float, Mapping[str, float]], None]) -> None:
        super().__init__()
        self._report = report

    def on_steps_end(self, epoch: int, *, share: float, logs: Mapping[str, float]) -> None:
        """Called by the trainer.

        Args:
            epoch: The running epoch, from 0.
            share: Of its steps that are done, in (0, 1].
            logs: Metrics of these steps.
        """
        self._report(epoch + share, logs)


class LearningRateLog(keras.callbacks.Callback):
    """Adds the learning rate to an epoch's logs, under the name of Keras' own callbacks.

    A schedule's rate is the one that it has reached at the end of the epoch. Callbacks after this
    one see it, and the history holds it.
    """

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: D102
        # Two adversaries have an optimizer each, with equal settings.
        optimizer = getattr(self.model.optimizer, "generator", self.model.optimizer)
        if logs is not None and isinstance(optimizer, keras.optimizers.Optimizer):
            logs["learning_rate"] = float(keras.ops.convert_to_numpy(optimizer.learning_rate))


class BeforeTraining(keras.callbacks.Callback):
    """Calls a function when the model is built and nothing is trained yet.

    Args:
        call: The function.

    Attributes:
        found: What it returned, None before.
    """

    def __init__(self, call: Callable[[], Any]) -> None:
        super().__init__()
        self.found: Any = None
        self._call = call

    @override
    def on_train_begin(self, logs: Any = None) -> None:
        self.found = self._call()


class DivergenceStop(keras.callbacks.Callback):
    """Ends a training whose loss is no longer a finite number.

    Keras' `TerminateOnNaN` looks after every batch, which would give up the compiled epoch.
    """

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: D102
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"The training diverged: the loss is {loss} after epoch {epoch + 1}. Try a lower "
                "learning rate, or clip_norm=1."
            )
