"""Classes that are likely one: their names differ in case or spaces alone."""

from __future__ import annotations

from collections.abc import Iterable

_SHOWN = 3  # groups that a note spells out


def alike_note(classes: Iterable[str]) -> tuple[str, ...]:
    """A note on classes whose names differ in case or spaces alone, if there are any.

    They stay apart: a dataset may mean them so.

    Args:
        classes: Names of classes.

    Example:
        >>> alike_note(["True", "false", "true"])[0].partition(":")[0]
        "classes 'True' and 'true' differ in case or spaces alone"
        >>> alike_note(["yes", "no"])
        ()
    """
    groups: dict[str, list[str]] = {}
    for name in classes:
        groups.setdefault(" ".join(name.split()).casefold(), []).append(name)
    alike = [" and ".join(map(repr, names)) for names in groups.values() if len(names) > 1]
    if not alike:
        return ()
    more = f" and {len(alike) - _SHOWN} more" if len(alike) > _SHOWN else ""
    return (
        f"classes {'; '.join(alike[:_SHOWN])}{more} differ in case or spaces alone: write one name "
        "if they are one",
    )
