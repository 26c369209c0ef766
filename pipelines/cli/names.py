"""Names of runs and studies as people give them: whole, by their beginning, or `latest`."""

from __future__ import annotations

from collections.abc import Sequence

import click

LATEST = "latest"


def resolve_name(kind: str, given: str, known: Sequence[str]) -> str:
    """Finds the name that is meant.

    Args:
        kind: What is named, for messages.
        given: A name, the beginning of one, or `latest`.
        known: The names that exist, the newest first.

    Returns:
        The name; what was given when nothing begins with it.

    Raises:
        click.UsageError: If several names begin with it, or there is no latest one.

    Example:
        >>> resolve_name("study", "latest", ["b1", "a1"]), resolve_name("study", "a", ["b1", "a1"])
        ('b1', 'a1')
    """
    if given in known:
        return given
    if given == LATEST:
        if not known:
            raise click.UsageError(f"There is no {kind} yet, so there is no {LATEST!r} one.")
        return known[0]
    found = [name for name in known if given and name.startswith(given)]
    if len(found) > 1:
        raise click.UsageError(
            f"The beginning of a {kind} must fit one of them. {given!r} fits "
            f"{', '.join(sorted(found))}: give more of it."
        )
    return found[0] if found else given
