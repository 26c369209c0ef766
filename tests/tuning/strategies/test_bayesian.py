"""The quicker oracle: the same suggestions as KerasTuner's, with the exact gradient."""

import keras_tuner
import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from tuning.strategies.oracle import ConfidenceBound, QuickOracle

# A length scale at its bound says that a parameter matters little.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def suggestion(kind):
    parameters = keras_tuner.HyperParameters()
    for name in "xy":
        parameters.Float(name, 0.0, 1.0)
    oracle = kind(
        objective=keras_tuner.Objective("score", "min"),
        seed=3,
        num_initial_points=4,
        hyperparameters=parameters,
    )
    generator = np.random.default_rng(0)
    for number in range(8):
        told = parameters.copy()
        told.values = {name: float(generator.random()) for name in "xy"}
        trial = keras_tuner.engine.trial.Trial(
            hyperparameters=told, trial_id=str(number), status="COMPLETED"
        )
        trial.score = (told.values["x"] - 0.3) ** 2 + (told.values["y"] - 0.6) ** 2
        oracle.trials[trial.trial_id] = trial
    return oracle.populate_space("next")["values"]


@pytest.mark.exhaustive
def test_the_suggestion_is_that_of_keras_tuner():
    own = suggestion(QuickOracle)
    peer = suggestion(keras_tuner.oracles.BayesianOptimizationOracle)
    assert own == pytest.approx(peer, abs=1e-4)


def test_the_bound_is_the_regressors_and_its_gradient_is_exact():
    generator = np.random.default_rng(1)
    x = generator.random((12, 3))
    regressor = GaussianProcessRegressor(
        Matern(nu=2.5), alpha=1e-4, normalize_y=True, n_restarts_optimizer=5, random_state=0
    )
    regressor.fit(x, np.sin(3 * x[:, 0]) + x[:, 1] ** 2 - x[:, 2])
    bound = ConfidenceBound(regressor, 2.6)
    for point in generator.random((5, 3)):
        mean, deviation = regressor.predict(point[None], return_std=True)
        value, gradient = bound(point)
        assert value == pytest.approx(float(mean[0] - 2.6 * deviation[0]), abs=1e-6)
        estimate = approx_fprime(point, lambda where: bound(where)[0], 1e-6)
        assert gradient == pytest.approx(estimate, abs=1e-4)
