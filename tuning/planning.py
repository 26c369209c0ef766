"""From settings to the stretches of a search, and the known points that go first."""

from __future__ import annotations

from collections.abc import Iterator

import optuna

from tuning.asking import Asker, Plan
from tuning.settings import SearchSettings
from tuning.space import Space


def plans_of(
    study: optuna.Study, space: Space, settings: SearchSettings, asker: Asker
) -> Iterator[Plan]:
    """Yields the stretches of a search, each made when the one before is over.

    Args:
        study: The study.
        space: Its space.
        settings: The settings.
        asker: Adds the known points.
    """
    plan = single_plan(space, settings)
    for point in known_points(space, settings):
        asker.enqueue(point, limit=plan.limit)
    yield plan


def single_plan(space: Space, settings: SearchSettings) -> Plan:
    """The plan of a search without stages."""
    size = space.size
    if settings.strategy == "grid":
        from tuning.strategies.grid import LIMIT, check_grid

        options = settings.strategy_options
        size = check_grid(space, options.get("points"), options.get("limit", LIMIT))
        size += _off_grid(space, settings)
    trials = settings.trials
    exhausts = size is not None and (trials is None or size < trials)
    limit = size if size is not None and exhausts else trials
    return Plan(
        strategy=settings.strategy,
        options=settings.strategy_options,
        space=space,
        limit=limit or 0,
        exhausts=exhausts and trials is not None,
    )


def _off_grid(space: Space, settings: SearchSettings) -> int:
    points = known_points(space, settings)
    if not points:
        return 0
    keys = {space.key(point) for point in points}
    on_grid = {space.key(p) for p in space.grid(settings.strategy_options.get("points"))}
    return len(keys - on_grid)


def known_points(space: Space, settings: SearchSettings) -> list[dict[str, object]]:
    """The points that are tried first.

    Raises:
        ValueError: If a point is not in the space.
    """
    return [space.complete(point) for point in settings.points]
