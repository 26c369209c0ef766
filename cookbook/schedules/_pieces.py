"""Curves made of pieces."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


def interpolate(step: Any, ends: Sequence[tuple[int, float]], *, cosine: bool = False) -> Any:
    """Value of a piecewise curve through `(step, value)` points, constant outside.

    Args:
        step: Optimizer step, an integer tensor.
        ends: Points with strictly increasing steps.
        cosine: True for half cosines between the points instead of lines.

    Returns:
        `float[]`.

    Example:
        >>> float(interpolate(1, ((0, 0.0), (2, 1.0))))
        0.5
    """
    dtype = keras.config.floatx()
    whole = ops.cast(step, "int32")
    value = ops.cast(ends[0][1], dtype)
    for (start, first), (stop, last) in itertools.pairwise(ends):
        # Differences of whole steps are exact where float32 steps beyond 2 ** 24 are not.
        steps = stop - start
        done = ops.cast(ops.clip(whole - start, 0, steps), dtype) / steps
        # Not `1 - done`, whose rounding is large beside a last value near 0.
        left = ops.cast(ops.clip(stop - whole, 0, steps), dtype) / steps
        if cosine:
            done, left = _rising(done), _rising(left)
        value = ops.where(whole >= start, first * left + last * done, value)
    return value


def _rising(done: Any) -> Any:
    """Half a cosine wave from 0 to 1, `(1 - cos(pi x)) / 2`, without its rounding near 0."""
    return ops.square(ops.sin(math.pi / 2.0 * done))
