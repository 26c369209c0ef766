"""Hyperparameters with an order: whole and real numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from typing_extensions import override

from tuning.space.dimensions import Dimension, check_default, plain_value
from tuning.space.steps import Steps, decimal, step_at

EXACT = 2**53  # up to here floats, as which Optuna stores numbers, tell whole ones apart


@dataclass(frozen=True)
class Int(Dimension):
    """A whole number between two ends, both included.

    Args:
        low: Smallest value; of what is searched at least -2**53, and `high` at most 2**53.
        high: Largest value; `high - low` must be a multiple of `step`.
        step: Distance between neighbours, at least 1.
        log: Sample evenly in the logarithm; `low` must then be at least 1 and `step` 1.

    Raises:
        ValueError: If a rule is broken.

    Example:
        >>> list(Int(16, 64, step=16).values)
        [16, 32, 48, 64]
    """

    low: int
    high: int
    step: int = 1
    log: bool = False

    def __post_init__(self) -> None:
        for name in ("low", "high", "step"):
            if not _is_int(getattr(self, name)):
                raise ValueError(
                    f"`{name}` of an Int must be a whole number. Got {getattr(self, name)!r}: "
                    "use Float for real numbers."
                )
        if self.low > self.high or self.step < 1:
            raise ValueError(
                "`low <= high` and `step >= 1` must hold for an Int. "
                f"Got low={self.low}, high={self.high}, step={self.step}."
            )
        if (self.high - self.low) % self.step:
            reachable = self.low + (self.high - self.low) // self.step * self.step
            raise ValueError(
                f"`high` must be reached from `low` by whole steps. Got low={self.low}, "
                f"high={self.high}, step={self.step}: use high={reachable}."
            )
        _check_log(self, low_from=1)
        check_default(self)

    @override
    def canonical(self, value: Any) -> int:
        number = _number(value)
        inside = number is not None and number == int(number) and self.low <= number <= self.high
        if not inside or (int(value) - self.low) % self.step:
            steps = f" in steps of {self.step}" if self.step > 1 else ""
            raise ValueError(
                f"must be a whole number from {self.low} to {self.high}{steps}. Got {value!r}."
            )
        return int(value)

    @property
    @override
    def values(self) -> Sequence[int]:
        return range(self.low, self.high + 1, self.step)

    @property
    @override
    def count(self) -> int:
        return (self.high - self.low) // self.step + 1

    @property
    @override
    def middle(self) -> int:
        centre = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        return self.low + round((centre - self.low) / self.step) * self.step

    @override
    def grid(self, points: int | None = None) -> Sequence[int]:
        if points is None or not self.log:
            return super().grid(points)
        return sorted({round(x) for x in _geometric(self.low, self.high, points)})

    @override
    def to_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"int": [self.low, self.high]}
        if self.step != 1:
            plain["step"] = self.step
        if self.log:
            plain["log"] = True
        return plain | self._common()


@dataclass(frozen=True)
class Float(Dimension):
    """A real number between two ends, both included.

    Args:
        low: Smallest value.
        high: Largest value.
        step: Distance between neighbours, or None for every number; `high` must be reached
            from `low` by whole steps.
        log: Sample evenly in the logarithm; `low` must then be above 0 and `step` None.

    Raises:
        ValueError: If a rule is broken.

    Example:
        >>> list(Float(0.0, 0.5, step=0.1).values)
        [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False

    def __post_init__(self) -> None:
        if any(_number(end) is None for end in (self.low, self.high)) or self.low > self.high:
            raise ValueError(
                "`low <= high` must hold for a Float, both finite. "
                f"Got low={self.low!r}, high={self.high!r}."
            )
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        if self.step is not None:
            self._check_step(self.step)
        _check_log(self, low_from=None)
        check_default(self)

    def _check_step(self, step: float) -> None:
        if _number(step) is None or step <= 0:
            raise ValueError(f"`step > 0` must hold for a Float. Got step={step!r}.")
        object.__setattr__(self, "step", float(step))
        count = (decimal(self.high) - decimal(self.low)) / decimal(step)
        if abs(count - round(count)) > Decimal("1e-9"):
            reachable = step_at(self.low, float(step), int(count))
            raise ValueError(
                f"`high` must be reached from `low` by whole steps. Got low={self.low}, "
                f"high={self.high}, step={step}: use high={reachable}."
            )

    @override
    def canonical(self, value: Any) -> float:
        number = _number(value)
        span = self.high - self.low
        slack = 1e-9 * span
        if number is None or not self.low - slack <= number <= self.high + slack:
            raise ValueError(f"must be a number from {self.low} to {self.high}. Got {value!r}.")
        number = min(max(float(number), self.low), self.high)
        if self.step is None:
            return number
        index = round((number - self.low) / self.step)
        nearest = step_at(self.low, self.step, index)
        if abs(nearest - number) > 1e-6 * self.step:
            raise ValueError(
                f"must be a number from {self.low} to {self.high} in steps of {self.step}. "
                f"Got {value!r}."
            )
        return nearest

    @property
    @override
    def values(self) -> Sequence[float] | None:
        return None if self.count is None else Steps(self.low, self.step or 1.0, self.count)

    @property
    @override
    def count(self) -> int | None:
        if self.low == self.high:
            return 1
        return None if self.step is None else round((self.high - self.low) / self.step) + 1

    @property
    @override
    def middle(self) -> float:
        if self.log:
            return math.sqrt(self.low * self.high)
        values = self.values
        return (self.low + self.high) / 2 if values is None else values[len(values) // 2]

    @override
    def grid(self, points: int | None = None) -> Sequence[float]:
        if self.count is not None:
            return super().grid(points)
        if points is None:
            raise ValueError(
                "needs `step` or a number of `points` for a grid. A job file gives it as "
                "`strategy_options: {points: 3}`."
            )
        if self.log:
            return _geometric(self.low, self.high, points)
        if points == 1:
            return [self.middle]
        return [self.low + (self.high - self.low) * i / (points - 1) for i in range(points)]

    @override
    def to_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"float": [self.low, self.high]}
        if self.step is not None:
            plain["step"] = self.step
        if self.log:
            plain["log"] = True
        return plain | self._common()


def check_exact(name: str, dimension: Dimension) -> None:
    """Refuses a range whose values lose digits in a store; an `Int` to be read may have it.

    Args:
        name: The parameter.
        dimension: Its dimension.

    Raises:
        ValueError: If an end is beyond `EXACT`.

    Example:
        >>> check_exact("seed", Int(0, 2**53))
    """
    if isinstance(dimension, Int) and max(-dimension.low, dimension.high) > EXACT:
        raise ValueError(
            f"An Int is searched between -2**53 and 2**53 = {EXACT}: a store keeps numbers as "
            f"floats, which merge larger ones. Parameter {name!r} has low={dimension.low}, "
            f"high={dimension.high}: take a smaller range, or a Choice of the values."
        )


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> float | None:
    value = plain_value(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _geometric(low: float, high: float, points: int) -> list[float]:
    if points == 1:
        return [math.sqrt(low * high)]
    ratio = math.log(high / low)
    inner = [low * math.exp(ratio * i / (points - 1)) for i in range(1, points - 1)]
    return [low, *inner, high]


def _check_log(dimension: Int | Float, *, low_from: int | None) -> None:
    if not dimension.log:
        return
    stepped = dimension.step not in (None, 1)
    too_low = dimension.low < low_from if low_from is not None else dimension.low <= 0
    if stepped or too_low:
        bound = "low >= 1" if low_from is not None else "low > 0"
        raise ValueError(
            f"`{bound}` and no `step` must hold with log=True. Got low={dimension.low}, "
            f"step={dimension.step}: use Choice with the values for a stepped logarithmic range."
        )
