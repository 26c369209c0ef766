"""Ranges that numbers must keep, with the message that says so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Range:
    """An interval of the real line; an open end is excluded.

    Attributes:
        low: Lower end, or None for no lower end.
        high: Upper end, or None for no upper end.
        low_open: True if `low` itself is not allowed.
        high_open: True if `high` itself is not allowed.
    """

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: float) -> bool:
        """Says whether `value` lies inside; NaN and infinity never do."""
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        # NaN compares false with everything, so an unbounded range must ask for it.
        return above and below and math.isfinite(value)

    def condition(self, name: str) -> str:
        """Writes the condition for a named value.

        Example:
            >>> Range(low=0, high=1, high_open=True).condition("momentum")
            '0 <= momentum < 1'
        """
        left = "" if self.low is None else f"{self.low:g} {'<' if self.low_open else '<='} "
        right = "" if self.high is None else f" {'<' if self.high_open else '<='} {self.high:g}"
        return f"{left}{name}{right}"


POSITIVE = Range(low=0.0, low_open=True)
NOT_NEGATIVE = Range(low=0.0)
AT_LEAST_ONE = Range(low=1.0)
PROBABILITY = Range(low=0.0, high=1.0)
BELOW_ONE = Range(low=0.0, high=1.0, high_open=True)
INSIDE_ONE = Range(low=0.0, high=1.0, low_open=True, high_open=True)
UP_TO_ONE = Range(low=0.0, high=1.0, low_open=True)


def check_range(name: str, value: float, allowed: Range) -> None:
    """Raises a `ValueError` that states the condition if `value` is outside `allowed`."""
    if not math.isfinite(value):
        raise ValueError(f"`{name}` is a finite number. Got {name}={value!r}.")
    if not allowed.holds(value):
        raise ValueError(
            f"`{allowed.condition(name)}` must hold. Got {name}={value!r}: choose a value in that "
            "range."
        )


def check_ranges(options: Mapping[str, Any], ranges: Mapping[str, Range]) -> None:
    """Checks every plain number in `options` that has a range, those of lists too.

    Options that are not numbers (a schedule as learning rate, None for "off") pass: only
    their owner can judge them.

    Raises:
        ValueError: If a number is outside its range.

    Example:
        >>> check_ranges({"momentum": 1.5}, {"momentum": BELOW_ONE})
        Traceback (most recent call last):
        ...
        ValueError: `0 <= momentum < 1` must hold. Got momentum=1.5: choose a value in that range.
    """
    for name, allowed in ranges.items():
        given = options.get(name)
        for value in given if isinstance(given, list | tuple) else (given,):
            if isinstance(value, int | float) and not isinstance(value, bool):
                check_range(name, value, allowed)
