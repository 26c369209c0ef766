"""Refuses what cannot be searched, before a study is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning._names import unknown_name
from tuning.engine.phases import check_phases
from tuning.engine.warm_start import source_point
from tuning.errors import JobError
from tuning.settings import SearchSettings
from tuning.space.ranges import check_exact
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.counts import last_changes, trial_counts
from tuning.storage.database import open_storage
from tuning.storage.records import best_records, read_trials
from tuning.storage.studies import open_study
from tuning.strategies import check_strategy

_SHOWN = 5  # names of parameters that a message spells out


def check_search(space: Space, settings: SearchSettings) -> None:
    """Refuses what cannot be searched on this machine and with this store.

    Args:
        space: The space.
        settings: The settings.

    Raises:
        JobError: As `check_anywhere` and `check_source` do, and if a strategy lacks its package.
    """
    try:
        check_anywhere(space, settings)
    except ImportError as error:
        raise JobError(str(error)) from error
    check_source(space, settings)


def check_anywhere(space: Space, settings: SearchSettings) -> None:
    """Refuses what no search of this space could do, on any machine.

    Args:
        space: The space.
        settings: The settings.

    Raises:
        JobError: If a point of the job is not in the space, the space has no grid or whole numbers
            that no store tells apart, or a strategy cannot search so many metrics or values.
        ImportError: If a strategy lacks its package here.
    """
    for name, dimension in space.dimensions.items():
        try:
            check_exact(name, dimension)
        except ValueError as error:
            raise JobError(str(error)) from None
    check_phases(space, settings)
    used = [stage.strategy for stage in settings.stages if stage.confirm is None]
    for strategy in used or [settings.strategy]:
        try:
            check_strategy(strategy, metrics=len(settings.metrics), space=space)
        except ValueError as error:
            raise JobError(str(error)) from error


def check_source(space: Space, settings: SearchSettings) -> None:
    """Refuses a study to begin with that is not there, or knows nothing about this space.

    A study that has begun does not ask its source again, which may be gone.

    Args:
        space: The space.
        settings: The settings.

    Raises:
        JobError: If there is no such study, or none of its best trials is a point of the space.
    """
    name = settings.warm_start.study
    if name is None:
        return
    known = _known_studies(settings)
    if known.get(settings.study):
        return
    if name not in known:
        raise JobError(f"`warm_start`: {unknown_name('study', name, known)}")
    source = open_study(name, settings.url)
    best = best_records(read_trials(source), maximize=source.directions[0].name == "MAXIMIZE")
    if not best:
        raise JobError(f"`warm_start`: the study {name!r} has no complete trial to begin with.")
    if not any(source_point(space, record.params) for record in best):
        raise JobError(
            f"`warm_start` begins with points of this space. No trial of {name!r} is one: "
            f"{_differences(space, source.user_attrs.get(records.SPACE, {}))}. Leave it out, or "
            "name the points in `warm_start: {points: [...]}`."
        )


def _known_studies(settings: SearchSettings) -> dict[str, bool]:
    """Names of the studies of the store, and whether each of them has trials."""
    if settings.storage is None and not (settings.root / "studies.db").exists():
        return {}  # looking into it would make it
    storage = open_storage(settings.url)
    begun = trial_counts(storage)
    return {name: name in begun for name in last_changes(storage)}


def _differences(space: Space, other: Mapping[str, Any]) -> str:
    here, there = space.to_dict(), dict(other)
    changed = sorted(k for k in here.keys() | there.keys() if here.get(k) != there.get(k))
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    return f"the spaces differ in {', '.join(changed[:_SHOWN])}{more}"
