"""Values of an objective as the store, JSON and MLflow can all hold them; made in the worker."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

MOST_STEPS = 2**31 - 1  # a step is a 32-bit integer in PostgreSQL
_LARGEST = 1e300  # squares and sums of larger numbers overflow wherever they are shown
_DEPTH = 20


def plain_number(value: Any, what: str) -> float:
    """A metric as a float.

    Args:
        value: A number, also a NumPy scalar or a tensor with one element.
        what: Names it in an error.

    Returns:
        The number; one beyond 1e300 is infinite, as it is no measurement.

    Raises:
        ValueError: If it is no number.

    Example:
        >>> plain_number(1.7e308, "loss"), plain_number(True, "loss")
        (inf, 1.0)
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{what} must be a number. Got {_shown(value)}.") from None
    return math.copysign(math.inf, number) if abs(number) > _LARGEST else number


def plain_step(step: Any, last: int) -> int:
    """A step as an integer.

    Args:
        step: Steps finished.
        last: The step reported before, 0 for none.

    Raises:
        ValueError: If it is no whole number, does not grow, or is larger than 2**31 - 1.
    """
    whole = isinstance(step, Integral) or (isinstance(step, Real) and float(step).is_integer())
    number = int(step) if whole else last
    if not last < number <= MOST_STEPS:
        raise ValueError(
            "`step` counts finished steps from 1 and grows, up to 2**31 - 1. "
            f"Got {plain_text(repr(step))[:60]} after {last}."
        )
    return number


def plain_text(text: str) -> str:
    r"""A text as UTF-8 can hold it.

    Example:
        >>> plain_text("caf\udce9")
        'caf\\udce9'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")


def plain_value(value: Any, what: str, depth: int = 0) -> Any:
    """A note as JSON can hold it: NumPy's scalars and arrays become numbers and lists.

    Args:
        value: Text, numbers, None, and lists and mappings of these.
        what: Names it in an error.
        depth: How deep it lies in another value.

    Raises:
        ValueError: If JSON has no such value.

    Example:
        >>> plain_value({"widths": (64, 32)}, "note")
        {'widths': [64, 32]}
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if depth < _DEPTH:
        if isinstance(value, Mapping):
            return {
                plain_text(str(key)): plain_value(one, what, depth + 1)
                for key, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [plain_value(one, what, depth + 1) for one in value]
        if hasattr(value, "tolist"):  # arrays, and scalars that are no `numbers`
            return plain_value(value.tolist(), what, depth + 1)
    raise ValueError(
        f"{what} must be text, numbers, None, or lists and mappings of these. Got {_shown(value)}."
    )


def _shown(value: Any) -> str:
    text = plain_text(repr(value))
    kind = type(value).__name__
    return f"{text if len(text) <= 60 else text[:57] + '...'} of type {kind}"
