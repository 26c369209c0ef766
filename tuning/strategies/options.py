"""What the options of strategies and pruners may be."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tuning._names import unknown_name


class Option(Protocol):
    """The law of one option."""

    def check(self, value: Any) -> None:
        """Raises `ValueError` with the law and the value unless the law holds."""


@dataclass(frozen=True)
class Whole:
    """A whole number.

    Attributes:
        least: The smallest.

    Example:
        >>> Whole(2).check(2.5)
        Traceback (most recent call last):
        ...
        ValueError: must be a whole number, at least 2. Got 2.5.
    """

    least: int

    def check(self, value: Any) -> None:
        """Raises `ValueError` with the law and the value unless the law holds."""
        is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not is_whole or value < self.least:
            raise ValueError(f"must be a whole number, at least {self.least}. Got {value!r}.")


@dataclass(frozen=True)
class Real:
    """A finite number.

    Attributes:
        least: The smallest.
        open: Whether `least` itself is too small.
    """

    least: float
    open: bool = False

    def check(self, value: Any) -> None:
        """Raises `ValueError` with the law and the value unless the law holds."""
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        is_inside = is_number and (value > self.least or (value == self.least and not self.open))
        if is_inside and math.isfinite(value):
            return
        bound = f"above {self.least:g}" if self.open else f"at least {self.least:g}"
        raise ValueError(f"must be a finite number, {bound}. Got {value!r}.")


@dataclass(frozen=True)
class Name:
    """One of some names.

    Attributes:
        kind: What they name, for the message.
        known: The names.
    """

    kind: str
    known: tuple[str, ...]

    def check(self, value: Any) -> None:
        """Raises `ValueError` with the law and the value unless the law holds."""
        if value not in self.known:
            raise ValueError(f"must be a known name. {unknown_name(self.kind, value, self.known)}")


@dataclass(frozen=True)
class PerParameter:
    """One value for all parameters, or parameter to value.

    Attributes:
        each: What a value may be.
    """

    each: Option

    def check(self, value: Any) -> None:
        """Raises `ValueError` with the law and the value unless the law holds."""
        for one in value.values() if isinstance(value, Mapping) else (value,):
            self.each.check(one)
