"""The known points that a search tries first: those of its job, then the best of another study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import optuna

from tuning.internals.optuna import storage_of
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.records import best_records, read_trials
from tuning.storage.studies import first_attribute, load_study


def known_points(
    study: optuna.Study, space: Space, settings: SearchSettings
) -> list[dict[str, Any]]:
    """The points that are tried first.

    The study keeps what it took of the other one before the first of them waits, so that a search
    that was killed in between goes on with the rest, and with nothing that was found since.

    Args:
        study: The study; the other one is looked up in the same store.
        space: Its space.
        settings: The settings.

    Raises:
        ValueError: If a point of the job is not in the space.
        JobError: If there is no such other study.
    """
    points = [space.complete(point) for point in settings.warm_start.points]
    name = settings.warm_start.study
    if name is None:
        return points
    taken = study.user_attrs.get(records.WARM_START)
    if taken is None:
        if study.get_trials(deepcopy=False):
            return points  # it began without
        source = load_study(name, storage_of(study), settings.url)
        best = list(_best_points(source, space, settings.warm_start.best))
        taken = first_attribute(study, records.WARM_START, [space.encode(one) for one in best])
    found = (source_point(space, space.decode(one)) for one in taken)
    return points + [one for one in found if one is not None]


def source_point(space: Space, params: Mapping[str, Any]) -> dict[str, Any] | None:
    """The point that a trial of another study is in this space, or None.

    Args:
        space: The space.
        params: Of the trial; those that the space does not search are left out.
    """
    shared = {name: value for name, value in params.items() if name in space.searched}
    if not shared and space.searched:
        return None
    try:
        return space.complete(shared)
    except ValueError:
        return None


def _best_points(source: optuna.Study, space: Space, count: int) -> Iterator[dict[str, Any]]:
    """The points of the best trials, each once: trials may differ in what the space fixes."""
    maximize = source.directions[0].name == "MAXIMIZE"
    known: set[str] = set()
    for record in best_records(read_trials(source), maximize=maximize):
        if len(known) == count:
            return
        point = source_point(space, record.params)
        if point is not None and space.key(point) not in known:
            known.add(space.key(point))
            yield point
