"""Every point of a space whose parameters take countably many values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from tuning.space.conditions import holds
from tuning.space.dimensions import Dimension


class Grid:
    """The points of a grid, the last parameter fastest.

    Args:
        dimensions: Name to dimension, parents before children.
        points: Number of values of each `Float` without `step`, or name to number.

    Raises:
        ValueError: If a `Float` has neither `step` nor a number of points.
    """

    def __init__(
        self,
        dimensions: Mapping[str, Dimension],
        points: int | Mapping[str, int] | None = None,
    ) -> None:
        self._dimensions = dimensions
        self._values = {
            name: _values(name, dimension, points) for name, dimension in dimensions.items()
        }

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._walk(list(self._dimensions), {})

    @property
    def size(self) -> int:
        """Number of points, counted without building them."""
        # Only the parameters that are somebody's parent have to be walked.
        parents = {p for d in self._dimensions.values() for p in d.conditions()}
        names = [name for name in self._dimensions if name in parents]
        total = 0
        for point in self._walk(names, {}):
            free = (
                len(self._values[name])
                for name, dimension in self._dimensions.items()
                if name not in parents and holds(dimension, point)
            )
            total += math.prod(free)
        return total

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


def _values(name: str, dimension: Dimension, points: int | Mapping[str, int] | None) -> list[Any]:
    count = points.get(name) if isinstance(points, Mapping) else points
    if not isinstance(points, Mapping) and dimension.values is not None:
        count = None
    try:
        return dimension.grid(count)
    except ValueError as error:
        raise ValueError(f"Parameter {name!r} {error}") from None
