"""Which parameters a `build(hp)` function asks for, and under which values of the others.

The function is run at the defaults, with each parameter changed by itself, and at random points
whose values are drawn as they are asked for; so parameters behind loops, nested `if`s and
conjunctions are found. What every run asked for is kept: `tuning.keras_tuner.conditions` reads
from it when a parameter exists.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from keras_tuner.engine import hyperparameters as kinds
from typing_extensions import override

from tuning.internals.keras_hyperparameters import OpenHyperParameters
from tuning.keras_tuner.dimensions import dimension_of
from tuning.space.asked import AskedParameters, DependentRangeError, check_same
from tuning.space.dimensions import Dimension, Fixed, plain_key
from tuning.space.ranges import Float, Int

Build = Callable[[Any], Any]
AfterBuild = Callable[[Any, Any], None]
# Random runs in a row that find nothing new before the space counts as known.
_FRUITLESS = 12


class ExploringHyperParameters(OpenHyperParameters):
    """The `hp` of a run before the search: it notes what is asked for.

    Args:
        given: Values of some parameters.
        generator: Draws the others; without one they have their defaults.
    """

    def __init__(self, given: Mapping[str, Any], generator: random.Random | None = None) -> None:
        super().__init__()
        self.asked = AskedParameters()
        self._given = dict(given)
        self._generator = generator

    @override
    def on_asked(self, hp: Any) -> None:
        dimension = dimension_of(hp)
        known = self.asked.dimensions.get(hp.name)
        if known is not None:
            check_same(hp.name, known, dimension, self.asked.values)
            return
        self.values[hp.name] = self._value(hp, dimension)
        self.asked.values[hp.name] = self.values[hp.name]
        self.asked.dimensions[hp.name] = dimension

    def _value(self, hp: Any, dimension: Dimension) -> Any:
        if hp.name in self._given:
            return self._given[hp.name]
        if self._generator is None or isinstance(hp, kinds.Fixed):
            return hp.default
        return draw(hp, dimension, self._generator)


def draw(hp: Any, dimension: Dimension, generator: random.Random) -> Any:
    """A random value of a parameter.

    Args:
        hp: A `keras_tuner` Int, Float, Choice, Boolean or Fixed.
        dimension: The same as a dimension.
        generator: Is drawn from once: a study that is resumed must find the space that it had.
    """
    if dimension.values is not None:
        return generator.choice(dimension.values)
    return hp.random_sample(generator.randrange(2**31))


class Explorer:
    """Runs a function and keeps what every run asked for.

    Args:
        build: The function.
        after_build: Called with `hp` and the model after each run.
        most_builds: Most runs.
    """

    def __init__(self, build: Build, after_build: AfterBuild | None, most_builds: int) -> None:
        self.runs: list[AskedParameters] = []
        self._build = build
        self._after_build = after_build
        self._most_builds = most_builds
        self._builds = 0
        self._known: dict[str, Dimension] = {}
        self._tried: set[str] = set()
        self._failure: Exception | None = None

    def explore(self) -> None:
        """Runs the function until nothing new is found.

        Raises:
            Exception: What the function raised, if no run succeeded.
            ValueError: If one name stands for two ranges.
        """
        self.vary({})
        fruitless, seed = 0, 0
        while fruitless < _FRUITLESS and self._builds < self._most_builds:
            before = len(self._known)
            self._run({}, random.Random(seed))  # noqa: S311 - a search, not a secret
            seed += 1
            fruitless = fruitless + 1 if len(self._known) == before else 0
        if self._failure is not None and not self.runs:
            raise self._failure

    def vary(self, start: Mapping[str, Any]) -> None:
        """Runs the function at a point, and around it where it asks for something new."""
        queue = [dict(start)]
        while queue:
            queue += self._run(queue.pop(0), None)

    def _run(
        self, given: Mapping[str, Any], generator: random.Random | None
    ) -> list[dict[str, Any]]:
        """Runs the function once; returns the points around it at which more may be found."""
        key = plain_key(sorted([name, value] for name, value in given.items()))
        if self._builds >= self._most_builds or (generator is None and key in self._tried):
            return []
        self._tried.add(key)
        self._builds += 1
        hp = ExploringHyperParameters(given, generator)
        complete = True
        try:
            model = self._build(hp)
        except DependentRangeError:
            raise
        except Exception as error:  # a point at which the user's code fails is a failed trial
            self._failure, complete = self._failure or error, False
        else:
            if self._after_build is not None:  # what it refuses, it refuses for every point
                self._after_build(hp, model)
        return self._note(hp, complete=complete)

    def _note(self, hp: ExploringHyperParameters, *, complete: bool) -> list[dict[str, Any]]:
        found = hp.asked
        new = [name for name in found.dimensions if name not in self._known]
        for name, dimension in found.dimensions.items():
            check_same(name, self._known.setdefault(name, dimension), dimension, found.values)
        if complete:  # where it stopped early, what it did not ask for says nothing
            self.runs.append(found)
        points = [
            {**found.values, name: value}
            for name in new
            for value in ends_of(found.dimensions[name])
            if plain_key(value) != plain_key(found.values[name])
        ]
        scopes = [{one.name: one.values[0] for one in scope} for scope in hp.inactive_scopes]
        return points + [{**found.values, **opened} for opened in scopes]


def ends_of(dimension: Dimension) -> list[Any]:
    """Both ends of a range, or every option: where a function may branch."""
    if isinstance(dimension, Int | Float):
        return [dimension.low, dimension.high]
    return [] if isinstance(dimension, Fixed) else list(dimension.values or ())
