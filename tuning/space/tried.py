"""Which points of a space were tried: those with the same active parameters are one point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning.space.space import Space


class TriedPoints:
    """The points that trials had.

    The parameters that a trial has are its active ones. Where the space holds every condition, a
    point with the same values of them has no others. Where it does not (a `build(hp)` function
    that asks for `units` only when `dropout` is above 0.5), what a point has beside them is never
    asked for: it builds the same model.

    Args:
        space: The study's space.

    Example:
        >>> from tuning import Float, Int
        >>> space = Space({"dropout": Float(0, 1), "units": Int(1, 9)})
        >>> tried = TriedPoints(space)
        >>> tried.add({"dropout": 0.2})  # asked for nothing else
        >>> tried.add({"dropout": 0.8, "units": 3})
        >>> [{"dropout": d, "units": 4} in tried for d in (0.2, 0.8)]
        [True, False]
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._searched = frozenset(space.searched)
        self._keys: dict[frozenset[str], set[str]] = {}  # by the names of active parameters

    def add(self, params: Mapping[str, Any]) -> None:
        """Takes one more.

        Args:
            params: The active parameters; names that are not searched do not count.
        """
        names = self._searched.intersection(params)
        self._keys.setdefault(names, set()).add(self._space.key(params))

    def __contains__(self, point: Mapping[str, Any]) -> bool:
        return self.has(point, self._space.key(point))

    def has(self, point: Mapping[str, Any], key: str) -> bool:
        """Whether a point is one of them.

        Args:
            point: The point.
            key: Its key in the space, for whoever knows it already.
        """
        names = self._searched.intersection(point)
        if key in self._keys.get(names, ()):
            return True
        # A trial without parameters failed before it got any: it says nothing of other points.
        fewer = [one for one in self._keys if one and one < names]
        return any(
            self._space.key({name: point[name] for name in one}) in self._keys[one] for one in fewer
        )
