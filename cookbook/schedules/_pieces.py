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
        done = ops.cast(ops.clip(whole - start, 0, stop - start), dtype) / (stop - start)
        part = (1.0 - ops.cos(math.pi * done)) / 2.0 if cosine else done
        value = ops.where(whole >= start, first + (last - first) * part, value)
    return value
