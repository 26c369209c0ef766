"""KerasTuner's parameters as dimensions of a space."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from typing import Any

from keras_tuner.engine import hyperparameters as kinds

from tuning.space.dimensions import Choice, Dimension, Fixed
from tuning.space.ranges import Float, Int


def dimension_of(hp: Any) -> Dimension:
    """Translates one KerasTuner parameter.

    Args:
        hp: A `keras_tuner` Int, Float, Choice, Boolean or Fixed.

    Returns:
        The dimension with the same values, ends that are reached, and the same conditions.
    """
    when: dict[str, Any] = {}
    for condition in hp.conditions:
        values = list(condition.values)
        known = when.get(condition.name, values)
        when[condition.name] = [value for value in known if value in values]
    common: dict[str, Any] = {"when": when or None}
    if isinstance(hp, kinds.Fixed):
        return Fixed(hp.value, **common)
    if isinstance(hp, kinds.Boolean):
        return Choice([False, True], default=hp.default, **common)
    if isinstance(hp, kinds.Choice):
        return Choice(list(hp.values), default=hp.default, **common)
    if hp.step is not None and hp.sampling != "linear":
        values = _multiplied(hp)
        return Choice(values, default=_nearest(hp.default, values), **common)
    log = hp.sampling == "log"
    if isinstance(hp, kinds.Int):
        step = 1 if log else hp.step or 1
        high = hp.min_value + (hp.max_value - hp.min_value) // step * step
        default = _nearest(hp.default, range(hp.min_value, high + 1, step))
        return Int(hp.min_value, high, step, log, default=default, **common)
    if hp.step is None:
        return Float(hp.min_value, hp.max_value, None, log, default=hp.default, **common)
    # KerasTuner's own count, a floor of a floating-point division, misses the last step.
    count = math.floor((hp.max_value - hp.min_value) / hp.step + 1e-9)
    high = round(hp.min_value + count * hp.step, 12)
    stepped = Float(hp.min_value, high, hp.step)
    default = _nearest(hp.default, stepped.values or ())
    return Float(hp.min_value, high, hp.step, default=default, **common)


def _multiplied(hp: Any) -> list[Any]:
    """Values of a range whose step multiplies, both ends included where they are reached."""
    values, value = [], hp.min_value
    while value <= hp.max_value * (1 + 1e-9):
        values.append(value)
        value *= hp.step
    if hp.sampling == "reverse_log":
        values = sorted(hp.max_value + hp.min_value - value for value in values)
    if isinstance(hp, kinds.Int):
        return [int(value) for value in values]
    return [float(f"{value:.12g}") for value in values]


def _nearest(value: Any, values: Sequence[Any]) -> Any:
    """The nearest of ascending values, the lower one of two."""
    place = bisect.bisect_left(values, value)
    around = range(max(place - 1, 0), min(place + 1, len(values)))
    return min((values[index] for index in around), key=lambda known: abs(known - value))
