"""Kinds of values, with the message that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KINDS: Mapping[type, tuple[str, tuple[type, ...]]] = {
    bool: ("true or false", (bool,)),
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    str: ("a text", (str,)),
}


def check_kind(name: str, value: Any, kind: type) -> None:
    """Refuses a value of another kind.

    Args:
        name: What the value is called.
        value: What was given.
        kind: `bool`, `int`, `float` (whole numbers too) or `str`.

    Raises:
        ValueError: If it is of another kind.

    Example:
        >>> check_kind("epochs", 2.5, int)
        Traceback (most recent call last):
        ...
        ValueError: `epochs` is a whole number. Got epochs=2.5.
    """
    text, allowed = _KINDS[kind]
    # For Python True is a 1 too; as a number of epochs it is a mistake.
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"`{name}` is {text}. Got {name}={value!r}.")
