"""What is wrong with a job, one line for each fault, with its place in the file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from pipelines.jobs.yaml_lines import Document

KeysAt = Callable[[tuple[int | str, ...]], list[str]]


def explain(error: ValidationError, document: Document | None, keys_at: KeysAt) -> str:
    """Writes the faults of a job in the order of its lines.

    Args:
        error: What pydantic found.
        document: Where the keys stand, or None.
        keys_at: The keys that are known at a place of the job.

    Returns:
        One line for each fault.
    """
    found = []
    for fault in error.errors():
        place = _place(fault["loc"])
        message = _message(fault, place, keys_at)
        inner = re.match(r"parameter '([^']+)'", message)
        if inner is not None:
            place = (*place, inner[1])
        line = document.line(place) if document else 0
        found.append((line, document.at(place, message) if document else message))
    return "\n".join(dict.fromkeys(text for _, text in sorted(found)))


def _place(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Drops what pydantic adds for unions, such as `list[dict[str,any]]` or `function-after`."""
    return tuple(
        part
        for part in location
        if isinstance(part, int) or (re.fullmatch(r"[\w-]+", part) and part not in _UNION_PARTS)
    )


_UNION_PARTS = ("str", "bool", "literal", "constrained-int", "constrained-float", "int", "float")


def _message(fault: Any, place: tuple[int | str, ...], keys_at: KeysAt) -> str:
    kind, key = fault["type"], place[-1] if place else ""
    if kind == "extra_forbidden":
        return unknown_key(str(key), keys_at(place[:-1]))
    if kind == "missing":
        return f"the key {key!r} is missing."
    text = str(fault["msg"]).removeprefix("Value error, ")
    if kind == "value_error":
        return text[:1].lower() + text[1:] if not text.startswith("`") else text
    return f"{key!r}: {text[:1].lower() + text[1:]}. Got {fault['input']!r}."


def unknown_key(key: str, known: Sequence[str]) -> str:
    """Says that a key is unknown.

    Example:
        >>> unknown_key("trails", ["seed", "trials"])
        "unknown key 'trails'. Did you mean 'trials'?"
    """
    close = difflib.get_close_matches(key, known, n=1)
    return f"unknown key {key!r}." + (
        f" Did you mean {close[0]!r}?" if close else f" Known: {', '.join(sorted(known))}."
    )
