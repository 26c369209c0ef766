"""A trial is worked out once, and again when its point is another one."""

from __future__ import annotations

import copy

import numpy as np
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState, create_trial

from tuning.internals.known_rows import KnownRows


def test_a_row_is_worked_out_once_for_the_parameters_of_a_trial():
    asked = []

    def encode(params):
        asked.append(dict(params))
        return np.array([params.get("x", np.nan), params.get("y", np.nan)])

    rows = KnownRows(encode, 2)
    trial = create_trial(
        state=TrialState.RUNNING,
        params={"x": 0.5},
        distributions={"x": FloatDistribution(0.0, 1.0)},
    )
    for _ in range(3):
        assert rows.of([copy.copy(trial)])[0, 0] == 0.5
    assert asked == [{"x": 0.5}]
    trial.params = {"y": 0.25}  # another search had taken its first point
    assert rows.of([trial])[0, 1] == 0.25
    assert asked == [{"x": 0.5}, {"y": 0.25}]
    assert rows.of([]).shape == (0, 2)
