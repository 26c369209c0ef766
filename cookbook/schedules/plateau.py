"""Lowering any schedule when a metric stops improving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import keras
from keras import ops
from typing_extensions import override

from cookbook._keras_internals import rate_of
from cookbook._names import unknown_name
from cookbook._nested import nested_config
from cookbook._ranges import AT_LEAST_ONE, INSIDE_ONE, NOT_NEGATIVE, PROBABILITY, check_range
from cookbook.schedules.around import _Around


@keras.saving.register_keras_serializable("cookbook")
class Plateau(_Around):
    """Any schedule times a factor that `LowerOnPlateau` lowers during training.

    Keras' own `ReduceLROnPlateau` raises a TypeError when the optimizer follows a schedule.
    The factor here is a variable, so lowering it reaches a compiled step (on JAX the callback
    compiles the step again). It is part of the config: a reloaded model goes on with it.

    Args:
        schedule: Any schedule, or a number.
        factor: Multiplier to start with, in [0, 1].

    Raises:
        ValueError: If `factor` is out of range.

    Example:
        >>> rate = Plateau(0.5)
        >>> rate.lower(0.1)
        >>> round(float(rate(0)), 3)
        0.05
    """

    def __init__(self, schedule: Any, *, factor: float = 1.0) -> None:
        check_range("factor", factor, PROBABILITY)
        super().__init__(schedule)
        self._factor = keras.Variable(factor, dtype="float32", trainable=False, name="factor")

    @property
    def factor(self) -> float:
        """Present multiplier."""
        return float(ops.convert_to_tensor(self._factor))

    def lower(self, ratio: float, *, minimum: float = 0.0) -> None:
        """Multiplies the factor by `ratio`, not below `minimum`."""
        self._factor.assign(max(self.factor * ratio, minimum))

    @override
    def __call__(self, step: Any) -> Any:
        rate = self.schedule(step)
        return rate * ops.cast(self._factor, rate.dtype)

    @override
    def get_config(self) -> dict[str, Any]:
        return {**nested_config(schedule=self.schedule), "factor": self.factor}


class LowerOnPlateau(keras.callbacks.Callback):
    """Lowers the `Plateau` schedule of the optimizer when a metric stops improving.

    After `patience` epochs without an improvement of more than `min_delta`, the factor is
    multiplied by `ratio`; then `cooldown` epochs are not counted.

    Args:
        monitor: Name of the metric in the logs.
        mode: `"min"` if less is better, `"max"` if more is.
        ratio: Multiplier, in (0, 1).
        patience: Epochs without improvement, at least 1.
        min_delta: Smallest change that counts, not negative.
        cooldown: Epochs after a drop that are not counted, not negative.
        minimum_factor: Where the factor stops falling, in [0, 1].

    Raises:
        ValueError: If an argument is out of range, the optimizer does not follow a `Plateau`
            schedule, or the logs lack `monitor`.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        *,
        mode: Literal["min", "max"] = "min",
        ratio: float = 0.1,
        patience: int = 10,
        min_delta: float = 1e-4,
        cooldown: int = 0,
        minimum_factor: float = 0.0,
    ) -> None:
        super().__init__()
        if mode not in ("min", "max"):
            raise ValueError(unknown_name("mode", mode, ("min", "max")))
        check_range("ratio", ratio, INSIDE_ONE)
        check_range("patience", patience, AT_LEAST_ONE)
        check_range("min_delta", min_delta, NOT_NEGATIVE)
        check_range("cooldown", cooldown, NOT_NEGATIVE)
        check_range("minimum_factor", minimum_factor, PROBABILITY)
        self.monitor, self.mode, self.ratio = monitor, mode, ratio
        self.patience, self.min_delta, self.cooldown = patience, min_delta, cooldown
        self.minimum_factor = minimum_factor
        self._forget()

    def _forget(self) -> None:
        self.best: float | None = None
        self.waited = 0
        self.resting = 0

    @override
    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._forget()
        self._plateau()

    @override
    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        logs = logs or {}
        if self.monitor not in logs:
            raise ValueError(unknown_name("metric", self.monitor, logs))
        # Keras counts the epoch that ends a cooldown; here all of them rest.
        rests = self.resting > 0
        self.resting -= rests
        if self._improves(float(logs[self.monitor])):
            self.best, self.waited = float(logs[self.monitor]), 0
        elif not rests:
            self.waited += 1
            if self.waited >= self.patience:
                self._lower()

    def _lower(self) -> None:
        self._plateau().lower(self.ratio, minimum=self.minimum_factor)
        self.waited, self.resting = 0, self.cooldown
        if keras.backend.backend() == "jax":
            # JAX compiles a variable outside the training state as a constant.
            self.model.make_train_function(force=True)

    def _improves(self, value: float) -> bool:
        if self.best is None:
            return value == value  # NaN is no best
        gain = self.best - value if self.mode == "min" else value - self.best
        return gain > self.min_delta

    def _plateau(self) -> Plateau:
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        # The public property evaluates the schedule; only the attribute still is one.
        schedule = rate_of(optimizer)
        if not isinstance(schedule, Plateau):
            raise ValueError(
                "LowerOnPlateau needs an optimizer that follows a Plateau schedule. Got a "
                f"learning rate of type {type(schedule).__name__}: compile with "
                "learning_rate=Plateau(schedule)."
            )
        return schedule
