"""Kinds of values, with the message that says so, and numbers of NumPy as those of Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KINDS: Mapping[Any, tuple[str, tuple[type, ...]]] = {
    bool: ("true or false", (bool,)),
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    str: ("a text", (str,)),
    tuple[int, ...]: ("a list of whole numbers", (list, tuple)),
}


def check_kind(name: str, value: Any, kind: Any) -> None:
    """Refuses a value of another kind.

    Args:
        name: What the value is called.
        value: What was given.
        kind: `bool`, `int`, `float` (whole numbers too), `str` or `tuple[int, ...]` (a list too).

    Raises:
        ValueError: If it is of another kind.

    Example:
        >>> check_kind("epochs", 2.5, int)
        Traceback (most recent call last):
        ...
        ValueError: `epochs` is a whole number. Got epochs=2.5.
    """
    text, allowed = _KINDS[kind]
    members = value if isinstance(value, list | tuple) else ()
    whole = all(isinstance(one, int) and not isinstance(one, bool) for one in members)
    # For Python True is a 1 too; as a number of epochs it is a mistake.
    if not (isinstance(value, allowed) and whole) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"`{name}` is {text}. Got {name}={value!r}.")


def plain(value: Any) -> Any:
    """A value with Python's numbers in place of NumPy's, also inside of lists and mappings.

    Arrays stay what they are: they are data.

    Args:
        value: What a person gave.

    Example:
        >>> import numpy as np
        >>> plain({"epochs": np.int64(3), "widths": (np.int32(64), 32), "optimizer": "adam"})
        {'epochs': 3, 'widths': (64, 32), 'optimizer': 'adam'}
    """
    from numpy import generic

    if isinstance(value, generic):
        return value.item()
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    if type(value) is dict:
        return {name: plain(one) for name, one in value.items()}
    return value
