"""Values as a store can hold them, and one text for all the ways to write a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tuning.space.dimensions import Choice, Dimension, plain_key, plain_value


def encode_option(value: Any) -> Any:
    """Writes a list as JSON text, leaves anything else as it is."""
    return plain_key(value) if isinstance(value, list | tuple) else value


def decode_value(dimension: Dimension, value: Any) -> Any:
    """Restores what `encode_option` wrote; a value of another range stays what it is."""
    if isinstance(dimension, Choice):
        for option in dimension.options:
            encoded = encode_option(option)
            if type(encoded) is type(value) and encoded == value:
                return option
        return value
    return dimension.canonical(value) if dimension.contains(value) else value


def canonical_value(dimension: Dimension, value: Any) -> Any:
    """The dimension's own form of a value; one of another range stays what it is."""
    try:
        return plain_value(dimension.canonical(value))
    except ValueError:
        return plain_value(value)


def canonical_text(plain: Mapping[str, Any]) -> str:
    """A text that is equal for equal dictionaries, whatever their order."""
    return json.dumps(plain, sort_keys=True, default=list)
