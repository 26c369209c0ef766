"""A space as a unit cube: every searched parameter is one coordinate in [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tuning.space.dimensions import Choice, Dimension, plain_key
from tuning.space.ranges import Float, Int
from tuning.space.space import Space

_SAME = 1e-9
_ABSENT = 0.5  # where a parameter is put whose condition does not hold


class Axis:
    """One dimension as positions in [0, 1].

    Options and stepped values have cells of equal width and stand in their middle; logarithmic
    whole numbers have the widths of their rounding.

    Args:
        dimension: An `Int`, `Float` or `Choice`.

    Example:
        >>> axis = Axis(Int(0, 3))
        >>> axis.place(2), axis.value(0.7)
        (0.625, 2)
    """

    def __init__(self, dimension: Dimension) -> None:
        self._dimension = dimension
        self._log = bool(getattr(dimension, "log", False))
        self._keys: list[str] = []
        self._cells = 0
        if isinstance(dimension, Choice):
            self._keys = [plain_key(option) for option in dimension.options]
            self._cells = len(self._keys)
        elif isinstance(dimension, Int | Float):
            self._limits, self._step = (dimension.low, dimension.high), dimension.step or 0
            if self._step and not self._log:
                self._cells = round((dimension.high - dimension.low) / self._step) + 1
            half = 0.5 if self._log and isinstance(dimension, Int) else 0.0
            ends = dimension.low - half, dimension.high + half
            self._low, self._high = (math.log(end) for end in ends) if self._log else ends
        else:
            raise TypeError(f"Only Int, Float and Choice are searched. Got {dimension!r}.")

    @property
    def unordered(self) -> bool:
        """Whether positions say nothing but equal or different."""
        return bool(self._keys)

    @property
    def single(self) -> bool:
        """Whether there is nothing to choose."""
        return self._cells == 1 or (not self._cells and self._low == self._high)

    def place(self, value: Any) -> float:
        """The position of a value."""
        if self._keys:
            return (self._keys.index(plain_key(value)) + 0.5) / self._cells
        if self._cells:
            index = round((value - self._low) / self._step)
            return (index + 0.5) / self._cells
        number = math.log(value) if self._log else value
        return float((number - self._low) / (self._high - self._low))

    def value(self, position: float) -> Any:
        """The value at a position."""
        if self._cells:
            index = min(int(position * self._cells), self._cells - 1)
            if isinstance(self._dimension, Choice):
                return self._dimension.options[index]
            return self._dimension.canonical(self._low + index * self._step)
        number = self._low + position * (self._high - self._low)
        number = math.exp(number) if self._log else number
        number = round(number) if isinstance(self._dimension, Int) else number
        low, high = self._limits
        return self._dimension.canonical(min(max(number, low), high))

    def snap(self, positions: np.ndarray) -> np.ndarray:
        """Moves positions to those of the values that they stand for."""
        if self._cells:
            cells = np.minimum(np.floor(positions * self._cells), self._cells - 1)
            return np.asarray((cells + 0.5) / self._cells)
        if not isinstance(self._dimension, Int):
            return positions
        numbers = np.exp(self._low + positions * (self._high - self._low)).round()
        numbers = np.clip(numbers, self._dimension.low, self._dimension.high)
        return np.asarray((np.log(numbers) - self._low) / (self._high - self._low))


class Cube:
    """The points of a space as rows of positions, one column for each parameter to choose.

    Rules:
        1. `snap(u)` holds points of the space only, and `snap(snap(u))` equals `snap(u)`.
        2. `encode(decode(u))` equals `u` for every row of `snap(u)`, up to rounding.
        3. Equal points have equal rows: absent parameters stand in the middle.

    Args:
        space: The space; fixed parameters and those of one value have no column.
    """

    def __init__(self, space: Space) -> None:
        axes = {name: Axis(dimension) for name, dimension in space.searched.items()}
        self.axes = {name: axis for name, axis in axes.items() if not axis.single}
        self.names = list(self.axes)
        self.unordered = np.array([axis.unordered for axis in self.axes.values()], dtype=bool)
        self._rules: list[tuple[int, int | None, np.ndarray]] = []
        for column, name in enumerate(self.names):
            for parent, allowed in space[name].conditions().items():
                self._add_rule(space, column, parent, allowed)

    def _add_rule(self, space: Space, column: int, parent: str, allowed: tuple[Any, ...]) -> None:
        if parent in self.axes:
            places = np.array([self.axes[parent].place(value) for value in allowed])
            self._rules.append((column, self.names.index(parent), places))
            return
        constant = plain_key((space[parent].values or [None])[0])
        if constant not in {plain_key(value) for value in allowed}:
            self._rules.append((column, None, np.empty(0)))

    def encode(self, point: Mapping[str, Any]) -> np.ndarray:
        """The row of a point."""
        return np.array(
            [axis.place(point[n]) if n in point else _ABSENT for n, axis in self.axes.items()]
        )

    def decode(self, row: np.ndarray) -> dict[str, Any]:
        """Values at a row's positions, also of parameters that are absent there."""
        pairs = zip(self.axes.items(), row, strict=True)
        return {name: axis.value(float(place)) for (name, axis), place in pairs}

    def snap(self, rows: np.ndarray) -> np.ndarray:
        """Moves rows in the cube to those of the points that they stand for.

        Args:
            rows: `float[n, parameters]` in [0, 1].
        """
        columns = [axis.snap(rows[:, index]) for index, axis in enumerate(self.axes.values())]
        snapped = np.stack(columns, axis=1)
        active = np.ones(snapped.shape, dtype=bool)
        for child, parent, places in self._rules:  # parents before children
            if parent is None:
                active[:, child] = False
                continue
            holds = (np.abs(snapped[:, parent, None] - places) < _SAME).any(axis=1)
            active[:, child] &= active[:, parent] & holds
        snapped[~active] = _ABSENT
        return snapped


def among(rows: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether each row is one of the known ones: `bool[n]`."""
    found = np.zeros(len(rows), dtype=bool)
    if not len(known) or not len(rows):
        return found
    # The column with the most values leaves the fewest pairs to be compared in the others.
    first = max(range(rows.shape[1]), key=lambda column: len(np.unique(rows[:, column])))
    left, right = np.nonzero(np.abs(rows[:, None, first] - known[None, :, first]) < _SAME)
    same = (np.abs(rows[left] - known[right]) < _SAME).all(axis=1)
    found[left[same]] = True
    return found
