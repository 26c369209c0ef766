"""Every point of a grid, in order, each once."""

from __future__ import annotations

from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial
from typing_extensions import override

from tuning.space.space import Space
from tuning.space.tried import TriedPoints
from tuning.strategies import Request

LIMIT = 10_000


class GridSampler(optuna.samplers.BaseSampler):
    """Takes the first point of the grid that no trial of the study has.

    Args:
        space: The space, conditions included.
        points: Values of each `Float` without `step`, or name to number.
        limit: Largest grid that is accepted.
        seed: Seed of the points taken when the grid is used up.
        memory: As in `Request`.

    Raises:
        ValueError: If the grid has more points than `limit`.
    """

    def __init__(
        self,
        space: Space,
        *,
        points: Any = None,
        limit: int = LIMIT,
        seed: int | None = None,
        memory: dict[Any, Any] | None = None,
    ) -> None:
        memory = {} if memory is None else memory
        if "grid" not in memory:
            check_grid(space, points, limit)
            memory["grid"] = {space.key(point): point for point in space.grid(points)}
            memory["tried"], memory["told"] = TriedPoints(space), set()
        self._space = space
        self._grid: dict[str, dict[str, Any]] = memory["grid"]
        self._tried: TriedPoints = memory["tried"]
        self._told: set[tuple[int, bool]] = memory["told"]  # numbers, and whether they had ended
        self._random = optuna.samplers.RandomSampler(seed=seed)

    @override
    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return {}

    @override
    def sample_relative(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        for other in study.get_trials(deepcopy=False):
            has_ended = other.state.is_finished()
            if other.number == trial.number or not (other.params or has_ended):
                continue
            # Once when it begins, and once with what it asked for.
            if (other.number, has_ended) not in self._told:
                self._tried.add(self._space.decode(other.params))
                self._told.add((other.number, has_ended))
        free = (point for key, point in self._grid.items() if not self._tried.has(point, key))
        return self._space.encode(next(free, {}))

    @override
    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self._random.sample_independent(study, trial, param_name, param_distribution)


def check_grid(space: Space, points: Any = None, limit: int = LIMIT) -> int:
    """Counts the points of a grid and refuses one that is too large.

    Args:
        space: The space.
        points: As `Space.grid` takes it.
        limit: Largest number of points accepted.

    Returns:
        The number of points.

    Raises:
        ValueError: If there are more than `limit`, or a `Float` has no `step` and no points.
    """
    size = space.grid_size(points)
    if size > limit:
        raise ValueError(
            f"A grid may have at most {limit} points. This one has {size}: use fewer `points`, "
            "larger steps, or the strategy 'qmc'; or raise the option `limit`."
        )
    return size


def grid(request: Request) -> optuna.samplers.BaseSampler:
    """The strategy's sampler."""
    return GridSampler(
        request.space,
        points=request.options.get("points"),
        limit=request.options.get("limit", LIMIT),
        seed=request.seed,
        memory=request.memory,
    )
