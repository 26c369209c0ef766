"""What a study is of: facts that decide the numbers of its trials, by name.

Facts are plain values, or mappings of plain values one level deep. Nothing here knows what they
mean; whoever starts a search says them (`SearchSettings.facts`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_SHOWN = 3  # differences that a message spells out
_WIDTH = 60  # characters of a value in a message
_DIGEST = re.compile(r"[0-9a-f]{32,}")
_WHOLE = re.compile(r"(?<![\w.])(-?\d+)\.0(?![\w.])")
_UNSET = "nothing"


def plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON gives them back: tuples become lists, what JSON lacks becomes text.

    Example:
        >>> plain_facts({"widths": (64, 32)})
        {'widths': [64, 32]}
    """
    plain: dict[str, Any] = json.loads(json.dumps(dict(facts), default=str))
    return plain


def differences(stored: Mapping[str, Any], received: Mapping[str, Any]) -> list[str]:
    """Says which facts differ, in the order in which they were received.

    A fact that only one side has is unknown to the other and no difference; inside a mapping it
    is one: there nothing is a value.

    Args:
        stored: What the study has.
        received: What the search is about, from `plain_facts`.

    Example:
        >>> differences({"constraints": ["size <= 9.0"]}, {"constraints": ["size <= 9"]})
        []
        >>> differences({"seed": 0, "set": {"rate": 0.1}}, {"seed": 1, "set": {}, "folds": 5})
        ['seed 0, got 1', 'set.rate 0.1, got nothing']
    """
    found = []
    for name, new in received.items():
        old = stored.get(name, new)
        if _plain(old) == _plain(new):
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += list(_inside(name, old, new))
        else:
            found.append(f"{name} {_shown(old)}, got {_shown(new)}")
    return found


def sentence(different: list[str]) -> str:
    """Joins differences to a part of one line; of many only the first ones are spelled out.

    Example:
        >>> sentence(["a 1, got 2", "b 1, got 2", "c 1, got 2", "d 1, got 2"])
        'a 1, got 2; b 1, got 2; c 1, got 2; and 1 more'
    """
    rest = len(different) - _SHOWN
    more = [f"and {rest} more"] if rest > 0 else []
    return "; ".join([*different[:_SHOWN], *more])


def _inside(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in [*new, *(key for key in old if key not in new)]:
        if key in old and key in new and _plain(old[key]) == _plain(new[key]):
            continue
        was, now = (_shown(side[key]) if key in side else _UNSET for side in (old, new))
        yield f"{name}.{key} {was}, got {now}"


def _plain(value: Any) -> str:
    """One text for equal values: 62458 and 62458.0, also within a text such as a constraint."""
    return _WHOLE.sub(r"\1", json.dumps(value, sort_keys=True))


def _shown(value: Any) -> str:
    if value is None or value in ([], {}):
        return _UNSET
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return value[:12]
    text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
