"""Values as a store can hold them, and one text for all the ways to write a value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tuning.space.dimensions import Choice, Dimension, plain_key, plain_value, stored_form


def encode_value(dimension: Dimension, value: Any) -> Any:
    """Writes a value as Optuna can hold it, see `Choice.stored`; one of no option as it is."""
    if not isinstance(dimension, Choice):
        return value
    key = plain_key(value)
    if key not in dimension.stored:
        value = canonical_value(dimension, value)
        key = plain_key(value)
    return dimension.stored.get(key, stored_form(value))


def decode_value(dimension: Dimension, value: Any) -> Any:
    """Restores what `encode_value` wrote; a value of another range stays what it is."""
    if isinstance(dimension, Choice):
        # Then by the option's own form: options may have become equal to new ones since.
        for forms in (dimension.stored.values(), map(stored_form, dimension.options)):
            for option, form in zip(dimension.options, forms, strict=True):
                if type(form) is type(value) and form == value:
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
