"""A search task: a space and what a point in it is worth."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tuning import Space

Point = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A function to minimise.

    Attributes:
        space: Where.
        value: The true value of a point.
        optimum: A lower bound of the values, reached or nearly reached.
        noise: Standard deviation of what a search observes.
        measured: What a search observes where the noise is no Gaussian's, or None.
    """

    space: Space
    value: Callable[[Point], float]
    optimum: float = 0.0
    noise: float = 0.0
    measured: Callable[[Point, random.Random], float] | None = None

    def observed(self, point: Point, generator: random.Random) -> float:
        """The value with noise, as a search sees it."""
        if self.measured is not None:
            return self.measured(point, generator)
        return self.value(point) + (generator.gauss(0.0, self.noise) if self.noise else 0.0)
