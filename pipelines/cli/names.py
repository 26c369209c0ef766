"""Names of runs and studies as people give them: whole, by their beginning, or `latest`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


def open_named_study(study: str, root: Path, storage: str | None) -> Any:
    """Opens a study by its name, the beginning of it, or `latest`.

    Args:
        study: What the user wrote.
        root: Folder of the embedded store.
        storage: URL of another store, or None.

    Raises:
        click.UsageError: If there is no store, or no such study.
    """
    from tuning import open_study

    if storage is None and not (root / "studies.db").exists():
        raise click.UsageError(no_store(study, root))
    from tuning.errors import JobError
    from tuning.storage.summaries import study_names

    try:
        return open_study(study, storage, root=str(root))
    except JobError:
        name = resolve_name("study", study, study_names(storage, root=str(root)))
        if name == study:
            raise
        return open_study(name, storage, root=str(root))


def no_store(study: str, root: Path) -> str:
    """What is said of a study when there is no store."""
    return f"No study named {study!r}: there is no store under {root} yet."
