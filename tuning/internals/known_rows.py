"""Trials as rows of numbers, each worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from optuna.trial import FrozenTrial


class KnownRows:
    """The rows of a study's trials, kept from one suggestion to the next.

    A row belongs to the parameters that it was made of. A trial has others when its first point
    turned out to be taken, or when its objective asked for less in the end: whoever keeps trials
    then gives it a new mapping, which is what is looked at here.

    Args:
        encode: From the parameters of a trial, as Optuna holds them, to its row of floats.
        width: Floats of a row.
    """

    def __init__(self, encode: Callable[[Mapping[str, Any]], np.ndarray], width: int) -> None:
        self._encode = encode
        self._width = width
        self._known: dict[int, tuple[Mapping[str, Any], np.ndarray]] = {}

    def of(self, trials: Sequence[FrozenTrial]) -> np.ndarray:
        """Rows of trials.

        Args:
            trials: Trials of one study.

        Returns:
            `float[trials, width]`.

        Example:
            >>> import optuna
            >>> rows = KnownRows(lambda params: np.array([params["x"]]), 1)
            >>> distribution = optuna.distributions.FloatDistribution(0.0, 1.0)
            >>> trial = optuna.trial.create_trial(
            ...     params={"x": 0.5}, distributions={"x": distribution}, value=1.0
            ... )
            >>> rows.of([trial]).tolist()
            [[0.5]]
        """
        return np.array([self._row(trial) for trial in trials]).reshape(len(trials), self._width)

    def _row(self, trial: FrozenTrial) -> np.ndarray:
        known = self._known.get(trial.number)
        if known is None or known[0] is not trial.params:
            known = self._known[trial.number] = (trial.params, self._encode(trial.params))
        return known[1]
