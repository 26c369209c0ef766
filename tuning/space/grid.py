"""Every point of a space whose parameters take countably many values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tuning._names import unknown_name
from tuning.space.conditions import holds
from tuning.space.dimensions import Dimension, plain_key


class Grid:
    """The points of a grid, the last parameter fastest.

    Args:
        dimensions: Name to dimension, parents before children.
        points: Number of values of each `Float` without `step`, or name to number.

    Raises:
        ValueError: If a `Float` has neither `step` nor a number of points, or `points` names no
            parameter.
    """

    def __init__(
        self,
        dimensions: Mapping[str, Dimension],
        points: int | Mapping[str, int] | None = None,
    ) -> None:
        for name in points if isinstance(points, Mapping) else ():
            if name not in dimensions:
                unknown = unknown_name("parameter", name, dimensions)
                raise ValueError(f"`points` of a grid: {unknown}")
        self._dimensions = dimensions
        self._values = {
            name: _values(name, dimension, points) for name, dimension in dimensions.items()
        }
        self._lengths = {
            # `len` has an end where a whole range has none.
            name: len(values) if isinstance(values, list) else dimensions[name].count or 0
            for name, values in self._values.items()
        }

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._walk(list(self._dimensions), {})

    @property
    def size(self) -> int:
        """Number of points, counted without building them."""
        # Only the parameters that are somebody's parent have to be walked.
        allowed: dict[str, list[Any]] = {}
        for dimension in self._dimensions.values():
            for parent, values in dimension.conditions().items():
                allowed.setdefault(parent, []).extend(values)
        kinds = {parent: self._kinds(parent, values) for parent, values in allowed.items()}
        return self._count([name for name in self._dimensions if name in kinds], {}, kinds)

    def _kinds(self, parent: str, allowed: list[Any]) -> list[tuple[Any, int]]:
        """Values that conditions tell apart, each once, and one that stands for all others."""
        values = self._values[parent]
        named = {plain_key(value): value for value in allowed}
        if isinstance(values, list):  # of a range that is whole they are all there
            present = set(map(plain_key, values))
            named = {key: value for key, value in named.items() if key in present}
        kinds = [(value, 1) for value in named.values()]
        others = self._lengths[parent] - len(named)
        if others:
            other = next(value for value in values if plain_key(value) not in named)
            kinds.append((other, others))
        return kinds

    def _count(
        self,
        parents: list[str],
        point: dict[str, Any],
        kinds: Mapping[str, list[tuple[Any, int]]],
    ) -> int:
        """Number of points beside some values of the parents before."""
        if not parents:
            return math.prod(
                self._lengths[name]
                for name, dimension in self._dimensions.items()
                if name not in kinds and holds(dimension, point)
            )
        name, rest = parents[0], parents[1:]
        if not holds(self._dimensions[name], point):
            return self._count(rest, point, kinds)
        return sum(
            times * self._count(rest, {**point, name: value}, kinds) for value, times in kinds[name]
        )

    def _walk(self, names: list[str], point: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not names:
            yield dict(point)
            return
        name, rest = names[0], names[1:]
        if not holds(self._dimensions[name], point):
            yield from self._walk(rest, point)
            return
        for value in self._values[name]:
            yield from self._walk(rest, {**point, name: value})


def _values(
    name: str, dimension: Dimension, points: int | Mapping[str, int] | None
) -> Sequence[Any]:
    count = points.get(name) if isinstance(points, Mapping) else points
    if not isinstance(points, Mapping) and dimension.count is not None:
        count = None
    if count is not None and count < 1:
        raise ValueError(f"Parameter {name!r} needs at least one point of a grid. Got {count}.")
    try:
        return dimension.grid(count)
    except ValueError as error:
        raise ValueError(f"Parameter {name!r} {error}") from None
