"""One hyperparameter's range, drawn together around good values."""

from __future__ import annotations

import bisect
import math
from typing import Any

from tuning.space.dimensions import Choice, Dimension, Fixed, plain_key
from tuning.space.ranges import Float, Int


def narrowed(dimension: Dimension, values: list[Any], margin: float) -> Dimension:
    """Narrows one dimension, as `Space.narrow` describes it.

    Args:
        dimension: The dimension.
        values: Its values in the good points; none leaves it as it is.
        margin: Part of the old range that is added on both sides, in [0, 1].
    """
    when = dimension.when
    if not values or isinstance(dimension, Fixed):
        return dimension
    if isinstance(dimension, Choice):
        keys = {plain_key(value) for value in values}
        return Choice([o for o in dimension.options if plain_key(o) in keys], when=when)
    if isinstance(dimension, Int):
        low, high = _span(dimension, values, margin)
        step = dimension.step
        first = dimension.low + math.floor((low - dimension.low) / step) * step
        last = dimension.low + math.ceil((high - dimension.low) / step) * step
        return Int(
            max(first, dimension.low), min(last, dimension.high), step, dimension.log, when=when
        )
    if isinstance(dimension, Float):
        low, high = _span(dimension, values, margin)
        if dimension.step is not None:
            steps = dimension.values or ()
            first = bisect.bisect_left(steps, low - 1e-12)
            last = bisect.bisect_right(steps, high + 1e-12) - 1
            low, high = (steps[first], steps[last]) if first <= last else (values[0], values[-1])
        return Float(low, high, dimension.step, dimension.log, when=when)
    return dimension


def _span(dimension: Int | Float, values: list[Any], margin: float) -> tuple[float, float]:
    if dimension.log:
        widen = margin * math.log(dimension.high / dimension.low)
        low, high = min(values) * math.exp(-widen), max(values) * math.exp(widen)
    else:
        widen = margin * (dimension.high - dimension.low)
        low, high = min(values) - widen, max(values) + widen
    return max(low, dimension.low), min(high, dimension.high)
