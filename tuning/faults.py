"""What is wrong with given options, one line for each fault, and where it stands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, get_args

from pydantic import BaseModel, ValidationError

from tuning.errors import JobError

Place = tuple[int | str, ...]

_MOST = 500  # characters of a message, so that a fault can be read
_SHOWN = 100  # characters of a received value
_COMPARISONS = {
    "greater_than": (">", "gt"),
    "greater_than_equal": (">=", "ge"),
    "less_than": ("<", "lt"),
    "less_than_equal": ("<=", "le"),
}
# By the beginning of pydantic's types of faults.
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "finite_number": "a finite number",
    "bool": "true or false",
    "string": "a text",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping of names to values",
    "model": "a mapping of names to values",
    "namedtuple": "a list or a mapping of names to values",
}
# What pydantic adds for unions and named tuples is no part of a place.
_UNION_PARTS = {"str", "bool", "int", "float", "literal", "constrained-int", "constrained-float"}


class OptionsError(JobError, ValueError):
    """An option is unknown, missing or wrong; one line for each fault.

    Attributes:
        found: What pydantic found, for those who know where each option was written.
    """

    def __init__(self, message: str, found: ValidationError) -> None:
        super().__init__(message)
        self.found = found


class Places(Protocol):
    """Where options were written."""

    def line(self, path: Place) -> int:
        """Line of an option, or of the nearest one around it."""

    def at(self, path: Place, message: str) -> str:
        """Writes a message with its place."""


def explain(
    error: ValidationError,
    model: type[BaseModel],
    *,
    places: Places | None = None,
    hints: Mapping[str, str] | None = None,
) -> str:
    """Writes the faults of a model in the order of their lines.

    Args:
        error: What pydantic found.
        model: What was validated.
        places: Where the keys were written, or None.
        hints: Words of other programs to what is meant by them here.

    Returns:
        One line for each fault; of many the first ones, and how many there are besides.
    """
    found = []
    for fault in error.errors(include_url=False):
        place = _place(fault["loc"])
        message = shortened(_message(fault, place, model, hints or {}))
        if places and not message.startswith("`"):
            message = message[:1].lower() + message[1:]
        elif not places and place and isinstance(place[-1], str) and place[-1] not in message:
            message = f"`{place[-1]}`: {message}"
        inner = re.match(r"parameter '([^']+)'", message)
        if inner is not None:
            place = (*place, inner[1])
        line = places.line(place) if places else 0
        found.append((line, places.at(place, message) if places else message))
    texts = list(dict.fromkeys(text for _, text in sorted(found)))
    shown = texts[:1]
    for text in texts[1:]:
        if sum(map(len, shown)) + len(text) > _MOST:
            break
        shown.append(text)
    rest = len(texts) - len(shown)
    return "\n".join([*shown, *([f"... and {rest} more"] if rest else [])])


def shortened(text: str, most: int = _MOST) -> str:
    r"""A text of at most so many characters, without control characters.

    Example:
        >>> shortened("a" * 20, 8), shortened("two\nlines")
        ('aaaaa...', 'two lines')
    """
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= most else f"{plain[: most - 3]}..."


def unknown_key(key: str, known: Sequence[str], hints: Mapping[str, str] | None = None) -> str:
    """Says that a key is unknown, and what is probably meant.

    Args:
        key: What was given.
        known: The keys that exist.
        hints: Words of other programs to what is meant by them here.

    Example:
        >>> unknown_key("trails", ["seed", "trials"])
        "unknown key 'trails'. Did you mean 'trials'?"
        >>> unknown_key("max_trials", ["seed", "trials"], {"max_trials": "`trials`"})
        "unknown key 'max_trials'. Here it is `trials`."
    """
    start = f"unknown key {shortened(key, _SHOWN)!r}."
    if hints and key in hints:
        return f"{start} Here it is {hints[key]}."
    close = difflib.get_close_matches(key[:_SHOWN], known, n=1)
    if close:
        return f"{start} Did you mean {close[0]!r}?"
    return f"{start} Known: {', '.join(sorted(known))}."


def known_keys(model: Any, place: Place = ()) -> list[str]:
    """The keys that are known at a place of a model: an alias where there is one."""
    for part in place:
        if isinstance(part, int):
            continue
        found = _fields(model).get(part)
        inner = None if found is None else _model_in(found)
        if inner is None:
            break
        model = inner
    return list(_fields(model))


def _fields(model: Any) -> dict[str, Any]:
    if hasattr(model, "model_fields"):
        return {f.alias or name: f.annotation for name, f in model.model_fields.items()}
    return dict(model.__annotations__)


def _model_in(annotation: Any) -> Any:
    """The model or named tuple in an annotation such as `tuple[Stage, ...] | None`."""
    if hasattr(annotation, "model_fields") or hasattr(annotation, "_fields"):
        return annotation
    inside = map(_model_in, get_args(annotation))
    return next((found for found in inside if found is not None), None)


def _place(location: Place) -> Place:
    """Drops what pydantic adds for unions, such as `list[dict[str,any]]` or `function-after`."""
    return tuple(
        part
        for part in location
        if isinstance(part, int) or (re.fullmatch(r"[\w-]+", part) and part not in _UNION_PARTS)
    )


def _message(fault: Any, place: Place, model: type[BaseModel], hints: Mapping[str, str]) -> str:
    kind, key = fault["type"], str(place[-1]) if place else ""
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        # Of the whole location: an unknown key may look like nothing that is known.
        return unknown_key(str(fault["loc"][-1]), known_keys(model, place[:-1]), hints)
    if kind in ("missing", "missing_argument"):
        return f"the key {key!r} is missing."
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    return f"{_rule(fault, kind, key)} Got {shown(fault['input'])}."


def _rule(fault: Any, kind: str, key: str) -> str:
    name = f"`{key}`" if key and not key.isdigit() else "a value of the list"
    if kind in _COMPARISONS:
        sign, bound = _COMPARISONS[kind]
        return f"`{key} {sign} {fault['ctx'][bound]}` must hold."
    if kind == "literal_error":
        return f"{name} must be {fault['ctx']['expected']}."
    wanted = next((text for start, text in _KINDS.items() if kind.startswith(start)), None)
    if wanted is not None:
        return f"{name} must be {wanted}."
    text = str(fault["msg"])
    return f"{name}: {text[:1].lower() + text[1:]}."


def shown(value: Any) -> str:
    """A received value as a message shows it: whole when short, never a page of it.

    Example:
        >>> shown([1, 2]), len(shown("a" * 1000))
        ('[1, 2]', 100)
    """
    try:
        return shortened(repr(value), _SHOWN)
    except (RecursionError, ValueError):  # of a number of thousands of digits
        return f"a value of type {type(value).__name__}"
