"""KerasTuner's Gaussian-process oracle, whose next point is found by an exact gradient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.gaussian_process import GaussianProcessRegressor
from typing_extensions import override

from tuning.internals.keras_tuner import OpenOracle, posterior

_STARTS = 50  # of the search for the bound's minimum, as many as KerasTuner's


class QuickOracle(OpenOracle):
    """KerasTuner's oracle, whose bound is followed by its exact gradient.

    KerasTuner estimates each gradient from one prediction per parameter and every prediction
    checks its input, which is nearly all the time of a suggestion. The starts, the Gaussian
    process and the bound are KerasTuner's (1.4.8, whose kernel is a Matérn one with one length).
    """

    @override
    def populate_space(self, trial_id: str) -> dict[str, Any]:
        known = sum(trial.status == "COMPLETED" for trial in self.trials.values())
        if known < (self.num_initial_points or max(3 * len(self.hyperparameters.space), 3)):
            found: dict[str, Any] = super().populate_space(trial_id)
            return found
        self.gpr.fit(*self.observations())
        bound, limits = ConfidenceBound(self.gpr, self.beta), self.limits()
        ends = [
            minimize(bound, start, jac=True, bounds=limits, method="L-BFGS-B")
            for start in self.random_rows(_STARTS)
        ]
        values = self.values_at(min(ends, key=lambda end: float(end.fun)).x)
        return {"status": "RUNNING", "values": values}


class ConfidenceBound:
    """Lower confidence bound of a fitted Gaussian process and its gradient.

    Mean and deviation are those of Rasmussen & Williams 2006, algorithm 2.1. With the scaled
    distance `s = sqrt(5) r / length` the kernel is `(1 + s + s^2 / 3) exp(-s)` and its gradient
    `-5 / (3 length^2) (1 + s) exp(-s) (x - x_i)`.

    Args:
        regressor: Fitted with a `Matern(nu=2.5)` kernel of one length.
        beta: Weight of the deviation.
    """

    def __init__(self, regressor: GaussianProcessRegressor, beta: float) -> None:
        self._fitted = posterior(regressor)
        self._beta = beta

    def __call__(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """The bound at a point `[d]`, and its gradient `[d]`."""
        known = self._fitted
        away = x - known.rows
        s = math.sqrt(5) / known.length * np.sqrt(np.einsum("ij,ij->i", away, away))
        decay = np.exp(-s)
        kernel = (1 + s + s * s / 3) * decay
        slopes = (-5 / (3 * known.length**2) * (1 + s) * decay)[:, None] * away
        solved = known.inverse @ kernel
        deviation = math.sqrt(max(1.0 - float(kernel @ solved), 1e-12))
        value = known.mean + known.scale * (float(kernel @ known.weights) - self._beta * deviation)
        gradient = known.weights @ slopes + (self._beta / deviation) * (solved @ slopes)
        return value, known.scale * gradient
