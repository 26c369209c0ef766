"""From settings to the phases of a search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import optuna

from tuning.engine.drawing import LISTABLE
from tuning.engine.phase import UNLIMITED, Phase
from tuning.engine.suggestions import Asker
from tuning.engine.warm_start import known_points
from tuning.errors import JobError
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.space.tried import TriedPoints
from tuning.stages import Stage
from tuning.storage import records
from tuning.storage.records import TrialRecord, best_records, read_trials

if TYPE_CHECKING:
    from tuning.engine.opened import OpenedStudy


def phases_of(opened: OpenedStudy, asker: Callable[[], Asker]) -> Iterator[Phase]:
    """Yields the phases of a search, each made when the one before is over.

    Args:
        opened: The study; its space may have grown from one phase to the next.
        asker: What adds the known points now.

    Raises:
        JobError: If a known point is not in the space, or the space cannot be searched so.
    """
    settings = opened.settings
    try:
        points = known_points(opened.study, opened.given, settings)
        if settings.stages:
            yield from _staged_phases(opened, asker)
            return
        phase = single_phase(opened.space, settings, points)
        for point in points:
            asker().enqueue(point, limit=phase.limit)
    except ValueError as error:
        raise JobError(str(error)) from error
    yield phase


def check_phases(space: Space, settings: SearchSettings) -> None:
    """Refuses what cannot be searched before a study is made of it.

    Args:
        space: The space.
        settings: The settings.

    Raises:
        JobError: If a point of the job is not in the space, or the space has no grid.
    """
    try:
        points = [space.complete(point) for point in settings.warm_start.points]
        if not settings.stages:
            single_phase(space, settings, points)
    except ValueError as error:
        raise JobError(str(error)) from error


def single_phase(
    space: Space, settings: SearchSettings, points: Sequence[dict[str, Any]] = ()
) -> Phase:
    """The one phase of a search without stages.

    Args:
        space: The space.
        settings: The settings.
        points: The points that go first; a grid has room for them.
    """
    size, is_grid = space.size, settings.strategy == "grid"
    if is_grid:
        from tuning.strategies.grid import LIMIT, check_grid

        options = settings.strategy_options
        size = check_grid(space, options.get("points"), options.get("limit", LIMIT))
        if points:
            on_grid = {space.key(point) for point in space.grid(options.get("points"))}
            size += len({space.key(point) for point in points} - on_grid)
    trials = UNLIMITED if settings.trials is None else settings.trials
    # A grid without a number of trials is meant to end with its points.
    whole_grid = is_grid and settings.trials is None
    return Phase(
        strategy=settings.strategy,
        options=settings.strategy_options,
        space=space,
        limit=trials if size is None else min(size, trials),
        exhausts=size is not None and size < trials and not whole_grid,
    )


def grown_phase(phase: Phase, opened: OpenedStudy) -> Phase:
    """The running phase in a space that has grown; a stage keeps the space that it began with.

    Args:
        phase: The phase.
        opened: The study.
    """
    if phase.stage is not None:
        return phase
    opened.ledger.refresh()
    tried = [dict(record.params) for record in opened.ledger.records if record.params]
    return single_phase(opened.space, opened.settings, tried)


def _staged_phases(opened: OpenedStudy, asker: Callable[[], Asker]) -> Iterator[Phase]:
    study, settings = opened.study, opened.settings
    stages = settings.stages
    for index, stage in enumerate(stages):
        begun = study.user_attrs.get(records.STAGES, {})
        if any(later.name in begun for later in stages[index + 1 :]):
            continue  # a later stage has begun, so this one is over, also when it ended early
        if stage.name not in begun:
            begun = {**begun, stage.name: _begin(stage, study, opened.space, settings)}
            study.set_user_attr(records.STAGES, begun)
        facts = begun[stage.name]
        limit = int(facts["limit"])
        if index == 0:
            for point in known_points(study, opened.given, settings):
                asker().enqueue(point, limit=limit, stage=stage.name)
        for repeat in range(1, stage.repeats + 1 if stage.confirm else 1):
            for point in facts["points"]:
                asker().enqueue(
                    opened.space.decode(point), limit=limit, repeat=repeat, stage=stage.name
                )
        yield Phase(
            strategy="random" if stage.confirm else stage.strategy,
            options=stage.options,
            space=Space.from_dict(facts["space"]),
            limit=limit,
            stage=stage.name,
            prunes=stage.confirm is None,
            may_end_early=stage.confirm is None,
        )


def _begin(
    stage: Stage, study: optuna.Study, space: Space, settings: SearchSettings
) -> dict[str, Any]:
    """Fixes what a stage does from what is known when it begins, so that it can be resumed."""
    found = read_trials(study)
    best = best_records(found, maximize=settings.maximize)
    start = len(found)
    if stage.confirm is not None:
        points = [space.encode(record.params) for record in best[: stage.confirm]]
        limit = start + len(points) * stage.repeats
        return {"start": start, "limit": limit, "points": points, "space": space.to_dict()}
    part = space
    if stage.narrow is not None and best:
        part = space.narrow(*(r.params for r in best[: stage.narrow]), margin=stage.margin)
    untried = _untried(part, space, found)
    count = stage.count if untried is None else min(stage.count, untried)
    return {"start": start, "limit": start + count, "points": [], "space": part.to_dict()}


def _untried(part: Space, space: Space, found: Sequence[TrialRecord]) -> int | None:
    """Points of the stage's space that no trial has, or None for more than can be listed."""
    size = part.size
    if size is None or size > LISTABLE:
        return None
    tried = TriedPoints(space)
    for record in found:
        tried.add(record.params)
    return sum(point not in tried for point in part.grid())
