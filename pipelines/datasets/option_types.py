"""Values of a loader's options are of the types that it declares."""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Callable, Collection, Mapping
from numbers import Integral, Real
from typing import Any

_LISTS = (list, tuple, set, frozenset)


def check_option_types(loader: Callable[..., Any], options: Mapping[str, Any]) -> None:
    """Refuses values of other types than the annotations of a loader say.

    Args:
        loader: Its annotations hold `bool`, numbers, texts, paths, words (`Literal`), lists, pairs
            and mappings, and unions of them. Which words there are it checks itself.
        options: Names to values; each a parameter of the loader.

    Raises:
        ValueError: With what is taken and what was given.

    Example:
        >>> def load(*, channels: int = 3, columns: tuple[int, int] | None = None) -> None: ...
        >>> check_option_types(load, {"channels": "three"})
        Traceback (most recent call last):
        ...
        ValueError: `channels` is a whole number. Got channels='three'.
    """
    kinds = typing.get_type_hints(loader)
    for name, value in options.items():
        taken = _members(kinds[name])
        if not any(_accepts(kind, value) for kind in taken):
            named = dict.fromkeys(_words(kind) for kind in taken if kind is not type(None))
            raise ValueError(f"`{name}` is {' or '.join(named)}. Got {name}={value!r}.")


def _members(kind: Any) -> tuple[Any, ...]:
    union = typing.get_origin(kind) in (typing.Union, types.UnionType)
    return typing.get_args(kind) if union else (kind,)


def _accepts(kind: Any, value: Any) -> bool:
    origin, members = typing.get_origin(kind), typing.get_args(kind)
    if kind is type(None):
        return value is None
    if kind is bool or isinstance(value, bool):
        # For Python True is a 1 too; as a number of pixels it is a mistake.
        return kind is bool and isinstance(value, bool)
    if kind in (int, float):
        return isinstance(value, Integral if kind is int else Real)
    if origin is tuple:
        inside = len(value) == len(members) if isinstance(value, list | tuple) else False
        return inside and all(map(_accepts, members, value))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        # {a:b} without a space is for YAML one name without a value.
        return isinstance(value, Mapping) and all(
            _accepts(members[1], one) for one in value.values()
        )
    if origin is not None and isinstance(origin, type) and issubclass(origin, Collection):
        # A number may stand for a text: YAML reads -999 as one.
        return isinstance(value, _LISTS) and all(isinstance(one, str | Real) for one in value)
    return isinstance(value, str | os.PathLike)


def _words(kind: Any) -> str:
    origin, members = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return f"a list of {len(members)} whole numbers"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "names with values, {name: value} with a space behind each colon"
    if isinstance(origin, type) and issubclass(origin, Collection):
        return "a list of texts"
    if origin is typing.Literal:
        return f"one of {', '.join(map(str, members))}"
    return {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, "a text")
