"""Values of a builder's arguments, compared with the types that it declares."""

from __future__ import annotations

import collections.abc
import functools
import inspect
import math
import types
import typing
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from cookbook._lazy import load_object

_WORDS: Mapping[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    type(None): "null",
}
_SEQUENCES = (collections.abc.Sequence, list, tuple)


def check_arguments(params: Mapping[str, Any], builder: str) -> None:
    """Refuses values of other types than a builder's arguments have; this imports Keras.

    Args:
        params: Hyperparameters by name; those that are no arguments are left alone.
        builder: `"module:function"` of the builder.

    Raises:
        ValueError: If a value is of another kind; what a type does not say, the builder checks.

    Example:
        >>> check_arguments({"batch_norm": "no"}, "cookbook.models.dense:mlp")
        Traceback (most recent call last):
        ...
        ValueError: `batch_norm` is true or false. Got batch_norm='no'.
    """
    hints = _hints(builder)
    for name in params.keys() & hints.keys():
        # Null stands for "not said" where a builder has it; the others refuse it themselves.
        if params[name] is not None and not _accepts(hints[name], params[name]):
            raise ValueError(f"`{name}` is {_words(hints[name])}. Got {name}={params[name]!r}.")


@functools.cache
def _hints(builder: str) -> dict[str, Any]:
    """Types of the arguments, those of a typed `**options` too."""
    function = load_object(builder)
    hints = dict(typing.get_type_hints(function))
    hints.pop("return", None)
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            (options,) = typing.get_args(hints.pop(name)) or (None,)
            hints |= typing.get_type_hints(options) if options is not None else {}
    return hints


def _accepts(hint: Any, value: Any) -> bool:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_accepts(one, value) for one in inner)
    if origin is typing.Literal:
        return any(value == one and type(value) is type(one) for one in inner)
    if origin in _SEQUENCES:
        kinds = inner[:1] if inner else (Any,)
        return isinstance(value, list | tuple) and all(_accepts(kinds[0], one) for one in value)
    if hint in (int, float):
        number = isinstance(value, Integral if hint is int else Real)
        # For Python True is a 1 too; as a number it is a mistake.
        return number and not isinstance(value, bool) and math.isfinite(value)
    if origin is collections.abc.Callable:
        return callable(value)
    known = isinstance(hint, type) and origin is None and hint is not Any
    return isinstance(value, hint) if known else True


def _words(hint: Any) -> str:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is collections.abc.Callable:
        return "a function"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_words(one) for one in inner))
    if origin is typing.Literal:
        return " or ".join(map(repr, inner))
    if origin in _SEQUENCES:
        return f"a list, each {_words(inner[0])}" if inner else "a list"
    return _WORDS.get(hint, f"of type {getattr(hint, '__name__', hint)}")
