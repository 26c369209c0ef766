"""Cyclical learning rates."""

from __future__ import annotations

from typing import Any, Literal, get_args

import keras
from keras import ops
from typing_extensions import override

from cookbook._names import unknown_name
from cookbook._ranges import AT_LEAST_ONE, NOT_NEGATIVE, UP_TO_ONE, check_range

Shape = Literal["triangular", "triangular2", "exp_range"]


@keras.saving.register_keras_serializable("cookbook")
class Cyclical(keras.optimizers.schedules.LearningRateSchedule):
    """A triangle wave between two rates.

    With `s = half_cycle_steps`: `cycle = floor(1 + step / (2 s))`,
    `x = |step / s - 2 cycle + 1|` and
    `rate = minimum + (maximum - minimum) * max(0, 1 - x) * scale`, where `scale` is 1 for
    `triangular`, `2 ** (1 - cycle)` for `triangular2` and `decay ** step` for `exp_range`.
    Every cycle starts and ends at `minimum`.

    Source: Smith 2017, Cyclical learning rates. The formula of the assignments on optimizers
    (source 000) is cut off; read literally it overshoots, see `docs/errata.md`.

    Args:
        minimum: Lowest rate, not negative.
        maximum: Highest rate of the first cycle, not below `minimum`.
        half_cycle_steps: Optimizer steps from `minimum` to `maximum`, at least 1.
        shape: One of `"triangular"`, `"triangular2"`, `"exp_range"`.
        decay: Factor per step of `exp_range`, in (0, 1].

    Raises:
        ValueError: If a rate or the number of steps is out of range.

    Example:
        >>> rate = Cyclical(0.1, 0.5, half_cycle_steps=2)
        >>> [round(float(rate(step)), 2) for step in range(6)]
        [0.1, 0.3, 0.5, 0.3, 0.1, 0.3]
    """

    def __init__(
        self,
        minimum: float,
        maximum: float,
        *,
        half_cycle_steps: int,
        shape: Shape = "triangular",
        decay: float = 0.99994,
    ) -> None:
        check_range("minimum", minimum, NOT_NEGATIVE)
        check_range("half_cycle_steps", half_cycle_steps, AT_LEAST_ONE)
        check_range("decay", decay, UP_TO_ONE)
        if not minimum <= maximum:
            raise ValueError(
                f"`minimum <= maximum` must hold. Got minimum={minimum}, maximum={maximum}: "
                "swap them."
            )
        if shape not in get_args(Shape):
            raise ValueError(unknown_name("cycle shape", shape, get_args(Shape)))
        self.minimum, self.maximum = minimum, maximum
        self.half_cycle_steps, self.shape, self.decay = half_cycle_steps, shape, decay

    @override
    def __call__(self, step: Any) -> Any:
        dtype = keras.config.floatx()
        # Whole steps stay integers until after the remainder: float32 loses them at 2 ** 24.
        whole = ops.cast(step, "int32")
        period = 2 * self.half_cycle_steps
        position = ops.cast(ops.mod(whole, period), dtype) / self.half_cycle_steps
        height = 1.0 - ops.abs(position - 1.0)
        if self.shape == "triangular2":
            height = height * ops.power(0.5, ops.cast(ops.floor_divide(whole, period), dtype))
        elif self.shape == "exp_range":
            height = height * ops.power(self.decay, ops.cast(whole, dtype))
        return self.minimum + (self.maximum - self.minimum) * height

    @override
    def get_config(self) -> dict[str, Any]:
        names = ("minimum", "maximum", "half_cycle_steps", "shape", "decay")
        return {name: getattr(self, name) for name in names}
