"""Finds the hyperparameters that a `HyperModel` asks for in its own `fit`, without training."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipelines.jobs.keras_tuner.structures import take_rows

if TYPE_CHECKING:
    from pipelines.jobs.keras_tuner.data import ArrayRows

_ROWS = 64  # enough for a step or two of a training loop of the user's own


class _FitReachedError(BaseException):
    """`model.fit` was called, so its arguments are known; nothing of the user's catches this."""


def fit_probe(hypermodel: Any, data: ArrayRows) -> Callable[[Any, Any], None]:
    """Makes what `space_from_build` runs after each `build`.

    A `fit` that ends in `model.fit(...)` is left there. One with a training loop of its own runs
    for one epoch on a few rows; whether it succeeds does not matter, only what it asks `hp` for.

    Args:
        hypermodel: A `HyperModel` that overrides `fit`.
        data: Rows of which the first ones are given to `fit`.

    Returns:
        `probe(hp, model)`.
    """
    rows = tuple(take_rows(part, slice(_ROWS)) for part in (data.x, data.y))

    def stop(*args: Any, **kwargs: Any) -> None:
        raise _FitReachedError

    def probe(hp: Any, model: Any) -> None:
        model.fit = stop
        # A loop may fail on so few rows, and in a trial it will say so itself.
        with contextlib.suppress(_FitReachedError, Exception):
            hypermodel.fit(
                hp, model, *rows, validation_data=rows, epochs=1, callbacks=[], verbose=0
            )

    return probe
