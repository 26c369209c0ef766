"""What is used of KerasTuner and of its Gaussian process without their promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras_tuner
import numpy as np
from keras_tuner.src.engine.conditions import Parent
from scipy.linalg import cho_solve
from sklearn.gaussian_process import GaussianProcessRegressor

from tuning.internals import PrivateName, require

__all__ = ["PRIVATE_NAMES", "OpenOracle", "Parent", "Posterior", "posterior"]

_ORACLE = "keras_tuner.oracles:BayesianOptimizationOracle"
_REGRESSOR = "sklearn.gaussian_process:GaussianProcessRegressor()"
_ORACLE_USER = "tuning.strategies.oracle"

ORACLE_NAMES = tuple(
    PrivateName(package="keras-tuner", owner=owner, name=name, user=_ORACLE_USER)
    for owner, name in (
        (_ORACLE, "_vectorize_trials"),
        (_ORACLE, "_get_hp_bounds"),
        (_ORACLE, "_vector_to_values"),
        (f"{_ORACLE}()", "_random_state"),
        (f"{_ORACLE}()", "gpr"),
    )
)
REGRESSOR_NAMES = tuple(
    PrivateName(package="scikit-learn", owner=_REGRESSOR, name=name, user=_ORACLE_USER)
    for name in ("_y_train_mean", "_y_train_std", "X_train_", "alpha_", "L_", "kernel_")
)
# `HyperParameters.conditional_scope` opens one condition at a time; several are said as parents.
_PARENT = PrivateName(
    package="keras-tuner",
    owner="keras_tuner.src.engine.conditions",
    name="Parent",
    user="tuning.strategies.oracle_parameters",
)
PRIVATE_NAMES = (_PARENT, *ORACLE_NAMES, *REGRESSOR_NAMES)
require((_PARENT, *ORACLE_NAMES))


class OpenOracle(keras_tuner.oracles.BayesianOptimizationOracle):
    """KerasTuner's Bayesian oracle with its steps in the open; the arguments are the oracle's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(ORACLE_NAMES, self)

    def observations(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows in the unit cube and scores, less is better, of the trials: `[n, d]`, `[n]`."""
        x, y = self._vectorize_trials()
        return np.nan_to_num(x, posinf=0, neginf=0), np.nan_to_num(y, posinf=0, neginf=0)

    def limits(self) -> np.ndarray:
        """Ends of each coordinate, `[d, 2]`."""
        return np.asarray(self._get_hp_bounds())

    def random_rows(self, count: int) -> np.ndarray:
        """So many rows from the oracle's own generator, `[count, d]`."""
        limits = self.limits()
        size = (count, len(limits))
        return np.asarray(self._random_state.uniform(limits[:, 0], limits[:, 1], size=size))

    def values_at(self, row: np.ndarray) -> dict[str, Any]:
        """The parameters that a row stands for."""
        values: dict[str, Any] = self._vector_to_values(row)
        return values


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """What a fitted Gaussian process with a Matérn kernel of one length predicts with.

    Attributes:
        rows: Known rows, `[n, d]`.
        length: Length of the kernel.
        weights: Inverse covariance times the scaled values, `[n]`.
        mean: Mean that was taken off the values.
        scale: Deviation by which they were divided.
        inverse: Inverse covariance, `[n, n]`.
    """

    rows: np.ndarray
    length: float
    weights: np.ndarray
    mean: float
    scale: float
    inverse: np.ndarray


def posterior(regressor: GaussianProcessRegressor) -> Posterior:
    """Reads a fitted regressor.

    Args:
        regressor: Fitted with `Matern(nu=2.5)` and `normalize_y`.

    Raises:
        ImportError: If scikit-learn keeps its posterior in another way.
    """
    require(REGRESSOR_NAMES, regressor)
    size = len(regressor.X_train_)
    return Posterior(
        rows=regressor.X_train_,
        length=float(regressor.kernel_.length_scale),
        weights=regressor.alpha_.ravel(),
        mean=float(regressor._y_train_mean),
        scale=float(regressor._y_train_std),
        inverse=cho_solve((regressor.L_, True), np.eye(size), check_finite=False),
    )
