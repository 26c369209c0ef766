"""One hyperparameter each: whole numbers, real numbers, choices and constants."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from typing_extensions import override

from tuning._names import unknown_name

Condition = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """What every hyperparameter has.

    Laws:
        1. `canonical` returns the value itself, cleaned of floating-point dust, or raises.
        2. `values` lists every value of a finite dimension and is None for an infinite one.
        3. `from_dict(to_dict(d))` equals `d`.

    Attributes:
        default: Value of the default point, or None for the middle (first of a choice).
        when: Parent parameter to the value, or list of values, under which this parameter
            exists; several parents must all agree. None means always.
    """

    default: Any = None
    when: Condition | None = None

    def canonical(self, value: Any) -> Any:
        """Returns the value of this dimension that `value` means, or raises `ValueError`."""
        raise NotImplementedError

    @property
    def values(self) -> list[Any] | None:
        """Every value, or None when there are infinitely many."""
        raise NotImplementedError

    @property
    def middle(self) -> Any:
        """Value of the default point when no default is given."""
        raise NotImplementedError

    def grid(self, points: int | None = None) -> list[Any]:
        """Lists the values of a grid, at most `points` of them when it is given."""
        values = self.values
        if values is None:
            raise NotImplementedError
        return values if points is None else _spread(values, points)

    def to_dict(self) -> dict[str, Any]:
        """Writes the dimension in its plain YAML form."""
        raise NotImplementedError

    def contains(self, value: Any) -> bool:
        """Whether a value belongs to this dimension."""
        try:
            self.canonical(value)
        except ValueError:
            return False
        return True

    def conditions(self) -> dict[str, tuple[Any, ...]]:
        """Parent name to the values under which this parameter exists."""
        plain = self.when or {}
        return {
            name: tuple(value) if isinstance(value, list | tuple) else (value,)
            for name, value in plain.items()
        }

    def _common(self) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        if self.default is not None:
            plain["default"] = self.default
        if self.when:
            plain["when"] = {k: list(v) for k, v in self.conditions().items()}
        return plain


@dataclass(frozen=True)
class Int(Dimension):
    """A whole number between two ends, both included.

    Args:
        low: Smallest value.
        high: Largest value; `high - low` must be a multiple of `step`.
        step: Distance between neighbours, at least 1.
        log: Sample evenly in the logarithm; `low` must then be at least 1 and `step` 1.

    Raises:
        ValueError: If a law is broken.

    Example:
        >>> Int(16, 64, step=16).values
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
        _check_default(self)

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
    def values(self) -> list[int]:
        return list(range(self.low, self.high + 1, self.step))

    @property
    @override
    def middle(self) -> int:
        centre = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        return self.low + round((centre - self.low) / self.step) * self.step

    @override
    def grid(self, points: int | None = None) -> list[int]:
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
        ValueError: If a law is broken.

    Example:
        >>> Float(0.0, 0.5, step=0.1).values
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
        _check_default(self)

    def _check_step(self, step: float) -> None:
        if _number(step) is None or step <= 0:
            raise ValueError(f"`step > 0` must hold for a Float. Got step={step!r}.")
        object.__setattr__(self, "step", float(step))
        count = (_decimal(self.high) - _decimal(self.low)) / _decimal(step)
        if abs(count - round(count)) > Decimal("1e-9"):
            reachable = _at(self.low, float(step), int(count))
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
        nearest = _at(self.low, self.step, index)
        if abs(nearest - number) > 1e-6 * self.step:
            raise ValueError(
                f"must be a number from {self.low} to {self.high} in steps of {self.step}. "
                f"Got {value!r}."
            )
        return nearest

    @property
    @override
    def values(self) -> list[float] | None:
        if self.low == self.high:
            return [self.low]
        if self.step is None:
            return None
        count = round((self.high - self.low) / self.step)
        return [_at(self.low, self.step, index) for index in range(count + 1)]

    @property
    @override
    def middle(self) -> float:
        if self.log:
            return math.sqrt(self.low * self.high)
        values = self.values
        return (self.low + self.high) / 2 if values is None else values[len(values) // 2]

    @override
    def grid(self, points: int | None = None) -> list[float]:
        if self.values is not None:
            return super().grid(points)
        if points is None:
            raise ValueError("needs `step` or a number of `points` for a grid.")
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


@dataclass(frozen=True)
class Choice(Dimension):
    """One of several values, without order.

    Args:
        options: Strings, numbers, booleans, None, or lists of them; all different.

    Raises:
        ValueError: If there are no options, equal ones, or ones that JSON cannot hold.

    Example:
        >>> Choice(["adam", "sgd"]).contains("adm")
        False
    """

    options: Sequence[Any]

    def __post_init__(self) -> None:
        if isinstance(self.options, str | Mapping):
            raise ValueError(
                f"`options` of a Choice must be a list of values. Got {self.options!r}."
            )
        object.__setattr__(self, "options", tuple(self.options))
        keys = [plain_key(option) for option in self.options]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError(
                f"A Choice needs at least one option and no two equal. Got {list(self.options)!r}."
            )
        _check_default(self)

    @override
    def canonical(self, value: Any) -> Any:
        key = plain_key(value)
        for option in self.options:
            if plain_key(option) == key:
                return option
        known = [str(option) for option in self.options]
        hint = unknown_name("option", str(value), known)
        raise ValueError(f"must be one of {list(self.options)!r}. Got {value!r}: {hint}")

    @property
    @override
    def values(self) -> list[Any]:
        return list(self.options)

    @property
    @override
    def middle(self) -> Any:
        return self.options[0]

    @override
    def grid(self, points: int | None = None) -> list[Any]:
        return self.values

    @override
    def to_dict(self) -> dict[str, Any]:
        return {"choice": [_plain(option) for option in self.options]} | self._common()


@dataclass(frozen=True)
class Fixed(Dimension):
    """A constant that the objective receives like any other parameter.

    Args:
        value: Anything JSON can hold.

    Example:
        >>> Fixed(32).values
        [32]
    """

    value: Any

    def __post_init__(self) -> None:
        plain_key(self.value)

    @override
    def canonical(self, value: Any) -> Any:
        if plain_key(value) != plain_key(self.value):
            raise ValueError(f"is fixed at {self.value!r}. Got {value!r}.")
        return self.value

    @property
    @override
    def values(self) -> list[Any]:
        return [self.value]

    @property
    @override
    def middle(self) -> Any:
        return self.value

    @override
    def grid(self, points: int | None = None) -> list[Any]:
        return [self.value]

    @override
    def to_dict(self) -> dict[str, Any]:
        return {"fixed": _plain(self.value)} | self._common()


def dimension_from(name: str, plain: Any) -> Dimension:
    """Reads a dimension from its plain form.

    Args:
        name: Name of the parameter, for messages.
        plain: A `Dimension`; a dictionary with one of the keys `int`, `float`, `choice` and
            `fixed` and optionally `step`, `log`, `default` and `when`; a list, which is a
            choice; or a single value, which is fixed.

    Returns:
        The dimension.

    Raises:
        ValueError: If the form is not one of these or a law of the dimension is broken.

    Example:
        >>> dimension_from("units", {"int": [16, 64], "step": 16})
        Int(default=None, when=None, low=16, high=64, step=16, log=False)
    """
    if isinstance(plain, Dimension):
        return plain
    if isinstance(plain, list | tuple):
        plain = {"choice": plain}
    elif not isinstance(plain, Mapping):
        plain = {"fixed": plain}
    rest = dict(plain)
    kinds = [kind for kind in _FORMS if kind in rest]
    if len(kinds) != 1:
        raise ValueError(
            f"Parameter {name!r} needs exactly one of the keys {', '.join(_FORMS)}. "
            f"Got {sorted(rest)}."
        )
    kind = kinds[0]
    content = rest.pop(kind)
    allowed = _FORMS[kind]
    for key in rest:
        if key not in allowed:
            raise ValueError(f"Parameter {name!r}: " + unknown_name(f"{kind} key", key, allowed))
    try:
        return _make(kind, content, rest)
    except (ValueError, TypeError) as error:
        raise ValueError(f"Parameter {name!r}: {error}") from None


_FORMS: dict[str, tuple[str, ...]] = {
    "int": ("step", "log", "default", "when"),
    "float": ("step", "log", "default", "when"),
    "choice": ("default", "when"),
    "fixed": ("when",),
}


def _make(kind: str, content: Any, rest: dict[str, Any]) -> Dimension:
    if kind == "choice":
        return Choice(content, **rest)
    if kind == "fixed":
        return Fixed(content, **rest)
    if not isinstance(content, list | tuple) or len(content) != 2:
        raise ValueError(f"`{kind}` needs the two ends, as in [1, 8]. Got {content!r}.")
    if kind == "int":
        return Int(content[0], content[1], **rest)
    return Float(content[0], content[1], **rest)


def plain_key(value: Any) -> str:
    """Writes a value as JSON text that tells 1, 1.0, True and "1" apart.

    Args:
        value: A string, number, boolean, None, or lists and dictionaries of them.

    Returns:
        The text; tuples and lists are the same.

    Raises:
        ValueError: If JSON cannot hold the value.

    Example:
        >>> plain_key((64, 32)), plain_key(True), plain_key(1)
        ('[64, 32]', 'true', '1')
    """
    try:
        return json.dumps(_plain(value), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(
            "A value of a space must be a string, number, boolean, None or lists of them, so that "
            f"it can be stored. Got {value!r}: use a name and look the object up in the objective."
        ) from None


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        return value.item()  # NumPy scalars
    return value


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> float | None:
    value = _plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _at(low: float, step: float, index: int) -> float:
    """Computes `low + index * step` as people write it: 0.3, not 0.30000000000000004."""
    return float(_decimal(low) + _decimal(step) * index)


def _geometric(low: float, high: float, points: int) -> list[float]:
    if points == 1:
        return [math.sqrt(low * high)]
    ratio = math.log(high / low)
    inner = [low * math.exp(ratio * i / (points - 1)) for i in range(1, points - 1)]
    return [low, *inner, high]


def _spread(values: list[Any], points: int) -> list[Any]:
    if points >= len(values):
        return values
    if points == 1:
        return [values[len(values) // 2]]
    last = len(values) - 1
    return [values[round(i * last / (points - 1))] for i in range(points)]


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


def _check_default(dimension: Dimension) -> None:
    if dimension.default is None:
        return
    try:
        dimension.canonical(dimension.default)
    except ValueError as error:
        raise ValueError(f"`default` {error}") from None
