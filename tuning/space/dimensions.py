"""What every hyperparameter has, and the two kinds without order: choices and constants."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from tuning._names import unknown_name

Condition = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """What every hyperparameter has.

    Rules:
        1. `canonical` returns the value itself, cleaned of floating-point dust, or raises.
        2. `values` holds every value of a finite dimension and is None for an infinite one. A
           range has more of them than memory, so they are worked out one by one.
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
    def values(self) -> Sequence[Any] | None:
        """Every value in order, or None when there are infinitely many."""
        raise NotImplementedError

    @property
    def count(self) -> int | None:
        """Number of values, or None when there are infinitely many."""
        return None if self.values is None else len(self.values)

    @property
    def middle(self) -> Any:
        """Value of the default point when no default is given."""
        raise NotImplementedError

    def grid(self, points: int | None = None) -> Sequence[Any]:
        """The values of a grid, at most `points` of them when it is given."""
        values = self.values
        if values is None:
            raise NotImplementedError
        return values if points is None else spread(values, points)

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
class Choice(Dimension):
    """One of several values, without order.

    Args:
        options: Strings, numbers, booleans, None, or lists of them; all different.

    Raises:
        ValueError: If there are no options, equal ones, or ones that JSON cannot hold.

    A number may be written in another way: 1.0 is the option 1, where 1.0 is no option itself.

    Example:
        >>> Choice(["adam", "sgd"]).contains("adm")
        False
        >>> Choice([0, 0.5]).canonical(0.0)
        0
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
        check_default(self)

    @override
    def canonical(self, value: Any) -> Any:
        for same in (_is_written_alike, _is_equal_number):
            for option in self.options:
                if same(option, value):
                    return option
        known = [str(option) for option in self.options]
        hint = unknown_name("option", str(value), known)
        raise ValueError(f"must be one of {list(self.options)!r}. Got {value!r}: {hint}")

    @functools.cached_property
    def stored(self) -> dict[str, Any]:
        """`plain_key` of each option, in their order, to the form in which Optuna holds it.

        Optuna finds an option by `==` and would record the first of equal ones. Where two forms
        are equal, as those of 1, 1.0 and True, or of a list and its own text, every option is
        stored as the text of a list of it: the bare text may be another option's.

        Example:
            >>> Choice(["a", (64, 32)]).stored
            {'"a"': 'a', '[64, 32]': '[64, 32]'}
            >>> Choice([1, 1.0]).stored
            {'1': '[1]', '1.0': '[1.0]'}
        """
        forms = [stored_form(option) for option in self.options]
        if any(forms.index(form) != index for index, form in enumerate(forms)):
            forms = [plain_key([option]) for option in self.options]
        return dict(zip(map(plain_key, self.options), forms, strict=True))

    @property
    @override
    def values(self) -> Sequence[Any]:
        return list(self.options)

    @property
    @override
    def middle(self) -> Any:
        return self.options[0]

    @override
    def grid(self, points: int | None = None) -> Sequence[Any]:
        return self.values

    @override
    def to_dict(self) -> dict[str, Any]:
        return {"choice": [plain_value(option) for option in self.options]} | self._common()


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
        if not _is_written_alike(value, self.value) and not _is_equal_number(value, self.value):
            raise ValueError(f"is fixed at {self.value!r}. Got {value!r}.")
        return self.value

    @property
    @override
    def values(self) -> Sequence[Any]:
        return [self.value]

    @property
    @override
    def middle(self) -> Any:
        return self.value

    @override
    def grid(self, points: int | None = None) -> Sequence[Any]:
        return self.values

    @override
    def to_dict(self) -> dict[str, Any]:
        return {"fixed": plain_value(self.value)} | self._common()


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
        return json.dumps(plain_value(value), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(
            "A value of a space must be a string, number, boolean, None or lists of them, so that "
            f"it can be stored. Got {value!r}: use a name and look the object up in the objective."
        ) from None


def stored_form(value: Any) -> Any:
    """A list as JSON text, anything else as it is: what Optuna holds of an option by itself."""
    return plain_key(value) if isinstance(value, list | tuple) else plain_value(value)


def _is_written_alike(one: Any, other: Any) -> bool:
    return plain_key(one) == plain_key(other)


def _is_equal_number(one: Any, other: Any) -> bool:
    """Whether both are numbers and equal: 1 and 1.0, but neither 1 and True nor 1 and "1"."""
    one, other = plain_value(one), plain_value(other)
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (one, other))
    return numbers and bool(one == other)


def plain_value(value: Any) -> Any:
    """Turns tuples into lists and NumPy scalars into Python's."""
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        return value.item()  # NumPy scalars
    return value


def spread(values: Sequence[Any], points: int) -> Sequence[Any]:
    """Picks so many values evenly, both ends included."""
    if points >= len(values):
        return values
    if points == 1:
        return [values[len(values) // 2]]
    last = len(values) - 1
    return [values[round(i * last / (points - 1))] for i in range(points)]


def check_default(dimension: Dimension) -> None:
    """Gives the default its canonical form; `ValueError` when it is no value of the dimension."""
    if dimension.default is None:
        return
    try:
        object.__setattr__(dimension, "default", dimension.canonical(dimension.default))
    except ValueError as error:
        raise ValueError(f"`default` {error}") from None
