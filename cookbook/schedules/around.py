"""Warm-up before and cool-down after any schedule."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops
from typing_extensions import override

from cookbook._nested import from_nested_config, nested_config
from cookbook._ranges import AT_LEAST_ONE, NOT_NEGATIVE, PROBABILITY, check_range


@keras.saving.register_keras_serializable("cookbook")
class Constant(keras.optimizers.schedules.LearningRateSchedule):
    """The same rate at every step; what a number means inside other schedules.

    Args:
        rate: Not negative.

    Example:
        >>> float(Constant(0.5)(7))
        0.5
    """

    def __init__(self, rate: float) -> None:
        check_range("rate", rate, NOT_NEGATIVE)
        self.rate = rate

    @override
    def __call__(self, step: Any) -> Any:
        return ops.cast(self.rate, keras.config.floatx())

    @override
    def get_config(self) -> dict[str, Any]:
        return {"rate": self.rate}


def as_schedule(schedule: Any) -> Any:
    """Turns a number into a `Constant` and leaves a schedule as it is.

    Raises:
        ValueError: If it is neither.
    """
    if isinstance(schedule, int | float):
        return Constant(float(schedule))
    if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        raise ValueError(
            "A schedule is a number or a LearningRateSchedule. Got "
            f"{type(schedule).__name__}: make one with cookbook.schedules.make_schedule."
        )
    return schedule


class _Around(keras.optimizers.schedules.LearningRateSchedule):
    """Base of schedules that change another one."""

    def __init__(self, schedule: Any) -> None:
        self.schedule = as_schedule(schedule)

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> Any:
        return from_nested_config(cls, config, "schedule")


@keras.saving.register_keras_serializable("cookbook")
class Warmup(_Around):
    """Rises linearly to a schedule's first rate, then runs the schedule from its start.

    With `n = steps`: `rate = s(0) * (f + (1 - f) * step / n)` before step `n`, where `f` is
    `start_fraction`, and `s(step - n)` from there on.

    Source: Goyal et al. 2017, Accurate, large minibatch SGD.

    Args:
        schedule: Any schedule, or a number.
        steps: Optimizer steps of the rise, at least 1.
        start_fraction: First rate over `s(0)`, in [0, 1].

    Raises:
        ValueError: If a number is out of range.

    Example:
        >>> rate = Warmup(1.0, steps=4)
        >>> [float(rate(step)) for step in (0, 1, 4, 9)]
        [0.0, 0.25, 1.0, 1.0]
    """

    def __init__(self, schedule: Any, *, steps: int, start_fraction: float = 0.0) -> None:
        check_range("steps", steps, AT_LEAST_ONE)
        check_range("start_fraction", start_fraction, PROBABILITY)
        super().__init__(schedule)
        self.steps, self.start_fraction = steps, start_fraction

    @override
    def __call__(self, step: Any) -> Any:
        whole = ops.cast(step, "int32")
        rate = self.schedule(ops.maximum(whole - self.steps, 0))
        done = ops.cast(ops.minimum(whole, self.steps), rate.dtype) / self.steps
        # Before the end of the rise `rate` is the schedule's first value.
        return rate * (self.start_fraction + (1.0 - self.start_fraction) * done)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **nested_config(schedule=self.schedule),
            "steps": self.steps,
            "start_fraction": self.start_fraction,
        }


@keras.saving.register_keras_serializable("cookbook")
class Cooldown(_Around):
    """Falls linearly to a fraction of where a schedule stood.

    The schedule `s` runs until step `t = total_steps - steps`, where it stands at `s(t)`; over
    the last `steps` the rate goes linearly to `end_fraction * s(t)` and stays there.

    Source: Zhai et al. 2022, Scaling vision transformers (the cool-down form).

    Args:
        schedule: Any schedule, or a number.
        steps: Optimizer steps of the fall, at least 1.
        total_steps: Step at which the fall ends, at least `steps`.
        end_fraction: Last rate over `s(t)`, in [0, 1].

    Raises:
        ValueError: If a number is out of range or the steps do not add up.

    Example:
        >>> rate = Cooldown(1.0, steps=4, total_steps=10)
        >>> [float(rate(step)) for step in (0, 6, 8, 10, 20)]
        [1.0, 1.0, 0.5, 0.0, 0.0]
    """

    def __init__(
        self, schedule: Any, *, steps: int, total_steps: int, end_fraction: float = 0.0
    ) -> None:
        check_range("end_fraction", end_fraction, PROBABILITY)
        if not 1 <= steps <= total_steps:
            raise ValueError(
                f"`1 <= steps <= total_steps` must hold. Got steps={steps}, "
                f"total_steps={total_steps}: use a shorter cool-down or train longer."
            )
        super().__init__(schedule)
        self.steps, self.total_steps, self.end_fraction = steps, total_steps, end_fraction

    @override
    def __call__(self, step: Any) -> Any:
        whole = ops.cast(step, "int32")
        start = self.total_steps - self.steps
        rate = self.schedule(ops.minimum(whole, start))
        done = ops.cast(ops.clip(whole - start, 0, self.steps), rate.dtype) / self.steps
        return rate * (1.0 - (1.0 - self.end_fraction) * done)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **nested_config(schedule=self.schedule),
            "steps": self.steps,
            "total_steps": self.total_steps,
            "end_fraction": self.end_fraction,
        }


def warmup_cooldown(
    schedule: Any, *, warmup_steps: int, cooldown_steps: int, total_steps: int
) -> Cooldown:
    """Puts a linear rise from zero before a schedule and a linear fall to zero at the end.

    Args:
        schedule: Any schedule, or a number; its step 0 is the end of the rise.
        warmup_steps: Optimizer steps of the rise, at least 1.
        cooldown_steps: Optimizer steps of the fall, at least 1.
        total_steps: Steps of the whole training.

    Raises:
        ValueError: If rise and fall do not fit into the training.

    Example:
        >>> rate = warmup_cooldown(1.0, warmup_steps=2, cooldown_steps=2, total_steps=6)
        >>> [float(rate(step)) for step in range(7)]
        [0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0]
    """
    if not warmup_steps + cooldown_steps <= total_steps:
        raise ValueError(
            "`warmup_steps + cooldown_steps <= total_steps` must hold. Got "
            f"warmup_steps={warmup_steps}, cooldown_steps={cooldown_steps}, "
            f"total_steps={total_steps}: shorten one or train longer."
        )
    risen = Warmup(schedule, steps=warmup_steps)
    return Cooldown(risen, steps=cooldown_steps, total_steps=total_steps)
