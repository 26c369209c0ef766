"""A space as KerasTuner's oracles hold it, and its values there and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras_tuner
from keras_tuner.engine import hyperparameters as kinds

from tuning.internals.keras_tuner import Parent
from tuning.space.dimensions import Choice, Dimension, plain_key
from tuning.space.ranges import Float, Int
from tuning.space.space import Space


class DimensionCode:
    """One dimension as KerasTuner can hold it, and its values there and back.

    Args:
        dimension: The dimension, not a fixed one.
    """

    def __init__(self, dimension: Dimension) -> None:
        self._dimension = dimension
        # Steps are counted, so that the last one is reached, and options are names: KerasTuner
        # wants them of one type.
        self._low, self._step = 0.0, 0.0
        self._values: Sequence[Any] = ()
        if isinstance(dimension, Float) and dimension.step is not None:
            self._low, self._step = dimension.low, dimension.step
            self._values = dimension.values or ()
        if isinstance(dimension, Choice):
            self._values = dimension.options

    def parameter(self, name: str, active: list[Any]) -> Any:
        """The KerasTuner parameter."""
        dimension = self._dimension
        if isinstance(dimension, Choice):
            labels = [str(index) for index in range(len(self._values))]
            return kinds.Choice(name, labels, ordered=False, conditions=active)
        if self._values:
            return kinds.Int(name, 0, len(self._values) - 1, conditions=active)
        sampling = "log" if getattr(dimension, "log", False) else "linear"
        if isinstance(dimension, Int):
            step = None if dimension.log else dimension.step
            return kinds.Int(name, dimension.low, dimension.high, step, sampling, conditions=active)
        if isinstance(dimension, Float):
            return kinds.Float(
                name, dimension.low, dimension.high, None, sampling, conditions=active
            )
        raise TypeError(f"Only Int, Float and Choice are searched. Got {dimension!r}.")

    def encode(self, value: Any) -> Any:
        """From the space to KerasTuner."""
        if not self._values:
            return value
        if not isinstance(self._dimension, Choice):
            return round((value - self._low) / self._step)
        return str([plain_key(known) for known in self._values].index(plain_key(value)))

    def decode(self, value: Any) -> Any:
        """From KerasTuner to the space."""
        if self._values:
            return self._values[int(value)]
        if isinstance(self._dimension, Int):
            return min(max(int(value), self._dimension.low), self._dimension.high)
        return self._dimension.canonical(float(value))


def chosen_dimensions(space: Space) -> dict[str, Dimension]:
    """The searched dimensions that have more than one value."""
    return {name: dimension for name, dimension in space.searched.items() if dimension.count != 1}


def parameters_of(space: Space, codes: Mapping[str, DimensionCode]) -> Any:
    """The space as `keras_tuner.HyperParameters`, conditions included."""
    parameters = keras_tuner.HyperParameters()
    for name, code in codes.items():
        active, possible = [], True
        for parent, allowed in space[name].conditions().items():
            if parent in codes:
                encoded = [codes[parent].encode(value) for value in allowed]
                active.append(Parent(parent, encoded))
            else:
                constant = space[parent].values or []
                possible &= plain_key(constant[0]) in {plain_key(value) for value in allowed}
        if possible:
            parameters.merge([code.parameter(name, active)])
    return parameters


def with_values(parameters: Any, values: Mapping[str, Any]) -> Any:
    """A copy of `keras_tuner.HyperParameters` that holds a point."""
    copied = parameters.copy()
    copied.values = dict(values)
    return copied
