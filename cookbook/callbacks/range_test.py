"""The learning-rate range test, which leaves no trace."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from cookbook._keras_internals import rate_of
from cookbook._ranges import AT_LEAST_ONE, BELOW_ONE, POSITIVE, check_range
from cookbook.callbacks.state import TrainingState, synchronise


@dataclass(frozen=True, kw_only=True)
class RangeTest:
    """Losses seen while the learning rate rose geometrically.

    Attributes:
        rates: Learning rate of each execution, rising.
        losses: Loss of that execution alone, not a running mean.
        smoothed: Exponential average of the losses, corrected for its start.
        suggestion: Rate at which the smoothed loss falls fastest per decade, by a line
            through 1 / (1 - smoothing) neighbours; None if it never falls.
        diverged: Rate at which the test gave up, or None if it reached the end.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    suggestion: float | None
    diverged: float | None


class LearningRateFinder(keras.callbacks.Callback):
    """Raises the learning rate batch by batch, then puts everything back.

    The rate of execution k of n is low · (high / low)^(k / (n - 1)). The test stops after
    n executions, at a loss that is not finite, or when the smoothed loss exceeds
    `diverge` times its best. (Smith 2017.)

    At the end of `fit` weights, moving statistics, optimizer variables, step count,
    learning rate, seed generators, global generators and metrics are what they were at
    its beginning, bit for bit. `find_learning_rate` restores the history as well.

    The loss in the logs of Keras is the running mean of the epoch; it is differenced
    here, which assumes equal batches: with a smaller last batch that one loss is slightly
    off. Under `steps_per_execution=k` one execution is k batches.

    Args:
        low: First rate, above 0.
        high: Last rate, above `low`.
        steps: Executions n, at least 3.
        smoothing: Weight of the past in the average, in [0, 1).
        diverge: Multiple of the best smoothed loss that ends the test, above 1.

    Attributes:
        result: The `RangeTest` after `fit`, None before.

    Raises:
        ValueError: If an argument is out of range, or the optimizer follows a schedule.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> finder = LearningRateFinder(low=1e-4, high=10.0, steps=10)
        >>> x = np.linspace(-1, 1, 32)[:, None]
        >>> _ = model.fit(x, 3 * x, batch_size=8, epochs=9, verbose=0, callbacks=[finder])
        >>> float(model.optimizer.iterations), finder.result.rates[0]
        (0.0, 0.0001)
    """

    def __init__(
        self,
        *,
        low: float = 1e-6,
        high: float = 10.0,
        steps: int = 100,
        smoothing: float = 0.9,
        diverge: float = 4.0,
    ) -> None:
        super().__init__()
        check_range("low", low, POSITIVE)
        check_range("smoothing", smoothing, BELOW_ONE)
        check_range("diverge", diverge, AT_LEAST_ONE)
        if not high > low or steps < 3:
            raise ValueError(
                f"`high > low` and `steps >= 3` must hold. Got {low=}, {high=}, {steps=}."
            )
        self.rates = np.geomspace(low, high, steps)
        self.smoothing, self.diverge = smoothing, diverge
        self.result: RangeTest | None = None

    @override
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        optimizer = self.model.optimizer
        inner = getattr(optimizer, "inner_optimizer", optimizer)
        if not isinstance(rate_of(inner), keras.Variable):
            raise ValueError(
                "A range test sets the learning rate, so it must be a number. Got an optimizer "
                "with a schedule: compile with learning_rate=1e-3 for the test."
            )
        self._before = TrainingState.capture(self.model, epoch=0)
        self._losses: list[float] = []
        self._smoothed: list[float] = []
        self._average = 0.0
        self._diverged: float | None = None

    @override
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._sum, self._seen = 0.0, 0  # Keras restarts the running mean

    @override
    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        synchronise(self.model)
        self.model.optimizer.learning_rate = float(self.rates[len(self._losses)])

    @override
    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if not logs or "loss" not in logs:
            raise ValueError("A range test reads `loss` from the logs. Got none: compile a loss.")
        total = float(logs["loss"]) * (batch + 1)
        loss = (total - self._sum) / (batch + 1 - self._seen)
        self._sum, self._seen = total, batch + 1
        self._note(loss)
        if self._diverged is not None or len(self._losses) == len(self.rates):
            self.model.stop_training = True

    def _note(self, loss: float) -> None:
        self._losses.append(loss)
        past = self.smoothing
        self._average = past * self._average + (1.0 - past) * loss
        # Without the correction the average starts at 0 and seems to rise.
        self._smoothed.append(self._average / (1.0 - past ** len(self._losses)))
        best = min(self._smoothed)
        if not math.isfinite(loss) or (self._smoothed[-1] > self.diverge * best > 0):
            self._diverged = float(self.rates[len(self._losses) - 1])

    @override
    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._before.restore(self.model)
        rates = self.rates[: len(self._losses)]
        self.result = RangeTest(
            rates=tuple(float(rate) for rate in rates),
            losses=tuple(self._losses),
            smoothed=tuple(self._smoothed),
            suggestion=_steepest(rates, np.array(self._smoothed), self.smoothing),
            diverged=self._diverged,
        )


def find_learning_rate(
    model: keras.Model, x: Any, y: Any = None, *, batch_size: int | None = None, **options: Any
) -> RangeTest:
    """Runs a range test on a compiled model and leaves the model as it was.

    Args:
        model: Built and compiled with a number as learning rate.
        x: Anything `fit` takes; the test goes over it as often as it needs.
        y: Targets, if `x` does not carry them.
        batch_size: Samples in a batch, for arrays.
        **options: Arguments of `LearningRateFinder`.

    Returns:
        Rates, losses and the suggested rate.

    Raises:
        ValueError: As `LearningRateFinder`.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x = np.linspace(-1, 1, 32)[:, None]
        >>> test = find_learning_rate(model, x, 3 * x, batch_size=8, low=1e-4, steps=40)
        >>> 1e-4 < test.suggestion < 10
        True
    """
    finder = LearningRateFinder(**options)
    before = {name: getattr(model, name, None) for name in ("history", "stop_training")}
    model.fit(
        x, y, batch_size=batch_size, epochs=len(finder.rates), verbose=0, callbacks=[finder]
    )  # at least one execution an epoch, so the epochs suffice
    for name, value in before.items():
        setattr(model, name, value)
    if finder.result is None:
        raise ValueError("A range test needs data. Got none: `fit` ended without a batch.")
    return finder.result


def _steepest(rates: np.ndarray, smoothed: np.ndarray, smoothing: float) -> float | None:
    finite = np.isfinite(smoothed)
    decades, values = np.log10(rates[finite]), smoothed[finite]
    # A line through as many points as the average remembers: one noisy batch has no slope.
    width = max(3, min(math.ceil(1.0 / (1.0 - smoothing)), len(values) // 3))
    starts = range(len(values) - width + 1)
    slopes = [np.polyfit(decades[i : i + width], values[i : i + width], 1)[0] for i in starts]
    if not slopes or min(slopes) >= 0:
        return None
    middle = int(np.argmin(slopes)) + width // 2
    return float(rates[finite][middle])
