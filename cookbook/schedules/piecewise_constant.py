"""Keras' piecewise constant schedule, with its steps and rates checked."""

from __future__ import annotations

from collections.abc import Sequence

import keras


def piecewise(
    boundaries: Sequence[int], values: Sequence[float]
) -> keras.optimizers.schedules.PiecewiseConstantDecay:
    """Makes a rate that changes at given steps.

    The rate is `values[i]` up to and including step `boundaries[i]`, then `values[i + 1]`.
    Keras checks neither the order of the boundaries nor the sign of the rates.

    Args:
        boundaries: Strictly increasing optimizer steps.
        values: Rates, not negative, one more than boundaries.

    Raises:
        ValueError: If one of these rules is broken.

    Example:
        >>> rate = piecewise((2, 4), (1.0, 0.5, 0.25))
        >>> [float(rate(step)) for step in (0, 2, 3, 4, 5)]
        [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    steps, rates = list(boundaries), [float(value) for value in values]
    if steps != sorted(set(steps)):
        raise ValueError(
            f"`boundaries` must increase strictly. Got boundaries={steps}: sort them and remove "
            "doubles."
        )
    if len(rates) != len(steps) + 1:
        raise ValueError(
            "There must be one value more than boundaries. Got "
            f"{len(steps)} boundaries and {len(rates)} values: give {len(steps) + 1} values."
        )
    if min(rates) < 0:
        raise ValueError(f"Rates must not be negative. Got values={rates}: use 0 to stop learning.")
    return keras.optimizers.schedules.PiecewiseConstantDecay(steps, rates)
