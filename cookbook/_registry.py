"""Rows of the listings: what can be made by name, known before Keras is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cookbook._lazy import load_object
from cookbook._names import unknown_name
from cookbook._ranges import Range, check_ranges


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that can be made by name.

    Attributes:
        name: Name in listings, unique within its family.
        reference: `"module:attribute"` of the class or function that makes it.
        summary: One line for the listing.
        source: Paper or document it comes from.
        defaults: Options that are passed unless the caller gives others.
        ranges: Ranges that options must keep, by option name.
        parameters: What a person may set, with the values that apply otherwise; None stands
            for "off".
    """

    name: str
    reference: str
    summary: str
    source: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Any:
        """Imports and returns the class or function that makes the object."""
        return load_object(self.reference)

    def make(self, **options: Any) -> Any:
        """Makes the object; `options` win over `defaults`.

        Raises:
            ValueError: If an option breaks one of `ranges`.
        """
        merged = {**self.defaults, **options}
        check_ranges(merged, self.ranges)
        return self.load()(**merged)


Row = TypeVar("Row", bound=Entry)


def table(entries: Iterable[Row]) -> dict[str, Row]:
    """Indexes entries by name and refuses a name that is given twice.

    Example:
        >>> row = Entry(name="root", reference="math:sqrt", summary="", source="")
        >>> table([row])["root"].load()(9.0)
        3.0
    """
    rows: dict[str, Row] = {}
    for entry in entries:
        if entry.name in rows:
            raise ValueError(f"Names must be unique. {entry.name!r} is given twice.")
        rows[entry.name] = entry
    return rows


def find(kind: str, name: str, entries: Mapping[str, Row]) -> Row:
    """Looks a name up.

    Raises:
        ValueError: If no entry has this name; the message says what was probably meant.
    """
    if name not in entries:
        raise ValueError(unknown_name(kind, name, entries))
    return entries[name]
