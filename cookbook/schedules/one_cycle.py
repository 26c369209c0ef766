"""1cycle: one rise and fall of the learning rate, with momentum the other way."""

from __future__ import annotations

from typing import Any, Literal, get_args

import keras
from typing_extensions import override

from cookbook._names import unknown_name
from cookbook._ranges import AT_LEAST_ONE, BELOW_ONE, INSIDE_ONE, POSITIVE, check_range
from cookbook.schedules._pieces import interpolate

Form = Literal["linear", "cosine"]


class _Phases(keras.optimizers.schedules.LearningRateSchedule):
    """Moves from value to value over phases of whole steps, then stays at the last value."""

    def __init__(self, total_steps: int, form: Form, warmup_fraction: float) -> None:
        check_range("total_steps", total_steps, AT_LEAST_ONE)
        check_range("warmup_fraction", warmup_fraction, INSIDE_ONE)
        if form not in get_args(Form):
            raise ValueError(unknown_name("1cycle form", form, get_args(Form)))
        rise = round(warmup_fraction * total_steps)
        needed = 2 * rise if form == "linear" else rise
        if rise < 1 or needed >= total_steps:
            parts = "2 * rise" if form == "linear" else "rise"
            raise ValueError(
                f"`1 <= rise` and `{parts} < total_steps` must hold for the {form} form, where "
                f"rise = round(warmup_fraction * total_steps). Got rise={rise}, "
                f"warmup_fraction={warmup_fraction}, total_steps={total_steps}: change "
                "warmup_fraction or train longer."
            )
        self.total_steps, self.form, self.warmup_fraction = total_steps, form, warmup_fraction
        self.rise_steps = rise

    def _curve(self, step: Any, low: float, high: float, final: float) -> Any:
        rise = self.rise_steps
        if self.form == "linear":  # up, down, then annihilation
            ends = [(0, low), (rise, high), (2 * rise, low), (self.total_steps, final)]
        else:
            ends = [(0, low), (rise, high), (self.total_steps, final)]
        return interpolate(step, ends, cosine=self.form == "cosine")

    def _phase_config(self) -> dict[str, Any]:
        return {
            "total_steps": self.total_steps,
            "form": self.form,
            "warmup_fraction": self.warmup_fraction,
        }


@keras.saving.register_keras_serializable("cookbook")
class OneCycle(_Phases):
    """Learning rate of the 1cycle policy.

    `"linear"` has three phases: up from `maximum / start_divisor` in `rise` steps, down again
    in as many, then linearly to `maximum / final_divisor` at `total_steps`. `"cosine"` has
    two: a half cosine up in `rise` steps and one down to `maximum / final_divisor`. Later
    steps keep the final rate. `rise = round(warmup_fraction * total_steps)`.

    Source: Smith and Topin 2018, Super-convergence (three phases); the two-phase form is the
    one of fastai and PyTorch.

    Args:
        maximum: Peak rate, positive.
        total_steps: Optimizer steps of the whole training.
        form: `"linear"` or `"cosine"`.
        warmup_fraction: Part of the steps spent rising, in (0, 1); below a half for
            `"linear"`. By default 0.45 for `"linear"` and 0.3 for `"cosine"`.
        start_divisor: Peak over first rate, at least 1.
        final_divisor: Peak over last rate, at least 1.

    Raises:
        ValueError: If a number is out of range or the phases do not fit.

    Example:
        >>> rate = OneCycle(1.0, 10, form="linear", warmup_fraction=0.4, start_divisor=5.0)
        >>> [round(float(rate(step)), 2) for step in (0, 2, 4, 6, 8)]
        [0.2, 0.6, 1.0, 0.6, 0.2]
    """

    def __init__(
        self,
        maximum: float,
        total_steps: int,
        *,
        form: Form = "cosine",
        warmup_fraction: float | None = None,
        start_divisor: float = 25.0,
        final_divisor: float = 250_000.0,
    ) -> None:
        check_range("maximum", maximum, POSITIVE)
        check_range("start_divisor", start_divisor, AT_LEAST_ONE)
        check_range("final_divisor", final_divisor, AT_LEAST_ONE)
        super().__init__(total_steps, form, _warmup(form, warmup_fraction))
        self.maximum = maximum
        self.start_divisor, self.final_divisor = start_divisor, final_divisor

    def momentum(self, low: float = 0.85, high: float = 0.95) -> OneCycleMomentum:
        """Makes the momentum schedule that mirrors this one.

        Args:
            low: Momentum at the peak of the rate, in [0, 1).
            high: Momentum at the start and the end, in [0, 1).
        """
        return OneCycleMomentum(low, high, **self._phase_config())

    @override
    def __call__(self, step: Any) -> Any:
        low, final = self.maximum / self.start_divisor, self.maximum / self.final_divisor
        return self._curve(step, low, self.maximum, final)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            "maximum": self.maximum,
            **self._phase_config(),
            "start_divisor": self.start_divisor,
            "final_divisor": self.final_divisor,
        }


@keras.saving.register_keras_serializable("cookbook")
class OneCycleMomentum(_Phases):
    """Momentum of the 1cycle policy: low where the learning rate is high.

    It needs an optimizer that reads it at every step, `ScheduledSGD` or `ScheduledAdam`.

    Source: Smith 2018, A disciplined approach.

    Args:
        low: Momentum at the peak of the rate, in [0, 1).
        high: Momentum at the start and the end, in [0, 1), not below `low`.
        total_steps: Optimizer steps of the whole training.
        form: `"linear"` or `"cosine"`, as for the rate.
        warmup_fraction: As for the rate.

    Raises:
        ValueError: If a momentum is out of range or the phases do not fit.

    Example:
        >>> momentum = OneCycle(1.0, 10, form="linear", warmup_fraction=0.4).momentum()
        >>> [round(float(momentum(step)), 2) for step in (0, 2, 4, 6, 8, 10)]
        [0.95, 0.9, 0.85, 0.9, 0.95, 0.95]
    """

    def __init__(
        self,
        low: float = 0.85,
        high: float = 0.95,
        *,
        total_steps: int,
        form: Form = "cosine",
        warmup_fraction: float | None = None,
    ) -> None:
        check_range("low", low, BELOW_ONE)
        check_range("high", high, BELOW_ONE)
        if not low <= high:
            raise ValueError(f"`low <= high` must hold. Got low={low}, high={high}: swap them.")
        super().__init__(total_steps, form, _warmup(form, warmup_fraction))
        self.low, self.high = low, high

    @override
    def __call__(self, step: Any) -> Any:
        return self._curve(step, self.high, self.low, self.high)

    @override
    def get_config(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high, **self._phase_config()}


def _warmup(form: str, fraction: float | None) -> float:
    if fraction is not None:
        return fraction
    return 0.45 if form == "linear" else 0.3
