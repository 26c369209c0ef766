"""KerasTuner's Bayesian oracle behind an Optuna sampler, with its faults handled at the border.

What is handled, found in keras-tuner 1.4.8: seed 0 means no seed there; a stepped `Float` never
reaches its end; infinite scores win because they become 0; running trials are scored by a process
that is not fitted yet; values are NumPy numbers; the random state is lost on reload. The oracle
is therefore made anew from the study's trials whenever a point is asked for.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import keras_tuner
import numpy as np
import optuna
from keras_tuner.engine import hyperparameters as kinds
from optuna.distributions import BaseDistribution
from optuna.search_space import IntersectionSearchSpace
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from threadpoolctl import threadpool_limits
from typing_extensions import override

from tuning.internals.keras_tuner import OpenOracle, Parent, posterior
from tuning.space.dimensions import Choice, Dimension, plain_key
from tuning.space.ranges import Float, Int
from tuning.space.space import Space, encode_option
from tuning.strategies import Request
from tuning.strategies.distributions import distribution_of, space_of

_STARTUP_PER_DIMENSION = 2
_STARTS = 50  # of the search for the bound's minimum, as many as KerasTuner's


class QuickOracle(OpenOracle):
    """The same oracle, whose bound is followed by its exact gradient.

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
        bound, limits = _Bound(self.gpr, self.beta), self.limits()
        ends = [
            minimize(bound, start, jac=True, bounds=limits, method="L-BFGS-B")
            for start in self.random_rows(_STARTS)
        ]
        values = self.values_at(min(ends, key=lambda end: float(end.fun)).x)
        return {"status": "RUNNING", "values": values}


class _Bound:
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


class OracleSampler(optuna.samplers.BaseSampler):
    """Samples by the Gaussian process of `keras_tuner.oracles.BayesianOptimizationOracle`.

    Args:
        space: The space with its conditions; None takes what all finished trials share.
        startup: Finished trials before the model is used; two per parameter by default, at most
            12 and at least 3. Until then points are random.
        alpha: Noise added to the kernel's diagonal.
        beta: Weight of the uncertainty; larger explores more.
        seed: Seed; 0 is a seed.
    """

    def __init__(
        self,
        *,
        space: Space | None = None,
        startup: int | None = None,
        alpha: float = 1e-4,
        beta: float = 2.6,
        seed: int | None = None,
    ) -> None:
        self._space = space
        self._startup = startup
        self._alpha = alpha
        self._beta = beta
        self._generator = np.random.default_rng(seed)
        self._random = optuna.samplers.RandomSampler(seed=seed)
        self._shared = IntersectionSearchSpace()

    @override
    def reseed_rng(self) -> None:
        self._generator = np.random.default_rng()
        self._random.reseed_rng()

    @override
    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        if self._space is not None:
            dimensions = self._space.searched
            return {name: distribution_of(d) for name, d in dimensions.items() if not _single(d)}
        shared = self._shared.calculate(study)
        return {name: one for name, one in shared.items() if not one.single()}

    @override
    def sample_relative(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        if len(study.directions) > 1:
            raise ValueError("The strategy 'bayesian' searches one metric.")
        if not search_space:
            return {}
        space = self._space or space_of(search_space)
        known = _observations(study, space, trial.number)
        startup = self._startup or min(12, max(3, _STARTUP_PER_DIMENSION * len(search_space)))
        if sum(finished for _, _, finished in known) < startup:
            return {}
        return self._ask(study, space, known)

    def _ask(
        self, study: optuna.Study, space: Space, known: list[tuple[dict[str, Any], float, bool]]
    ) -> dict[str, Any]:
        maximize = study.direction == StudyDirection.MAXIMIZE
        codes = {name: _Code(d) for name, d in space.searched.items() if not _single(d)}
        parameters = _parameters(space, codes)
        oracle = QuickOracle(
            objective=keras_tuner.Objective("score", "max" if maximize else "min"),
            num_initial_points=1,
            alpha=self._alpha,
            beta=self._beta,
            seed=int(self._generator.integers(1, 2**31 - 1)),  # 0 would be no seed
            hyperparameters=parameters,
        )
        for number, (point, score, _) in enumerate(known):
            values = {name: codes[name].encode(point[name]) for name in codes if name in point}
            trial = keras_tuner.engine.trial.Trial(
                hyperparameters=_with_values(parameters, values),
                trial_id=str(number),
                status="COMPLETED",
            )
            trial.score = score
            oracle.trials[trial.trial_id] = trial
        # The matrices are tiny: threads would only get in the way of the workers.
        with threadpool_limits(1), warnings.catch_warnings():
            # A length scale at its bound says that a parameter matters little.
            warnings.simplefilter("ignore", ConvergenceWarning)
            answer = oracle.populate_space("next")["values"]
        point = {}
        for name in codes:
            if name in answer:
                point[name] = encode_option(codes[name].decode(answer[name]))
        return point

    @override
    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self._random.sample_independent(study, trial, param_name, param_distribution)


class _Code:
    """One dimension as KerasTuner can hold it, and its values there and back."""

    def __init__(self, dimension: Dimension) -> None:
        self._dimension = dimension
        # Steps are counted, so that the last one is reached, and options are names: KerasTuner
        # wants them of one type.
        stepped = isinstance(dimension, Float) and dimension.step is not None
        self._values = list(dimension.values or ()) if stepped else []
        if isinstance(dimension, Choice):
            self._values = list(dimension.options)

    def parameter(self, name: str, active: list[Any]) -> Any:
        """The KerasTuner parameter."""
        dimension = self._dimension
        if isinstance(dimension, Choice):
            labels = [str(index) for index in range(len(self._values))]
            return kinds.Choice(name, labels, ordered=False, conditions=active)
        if self._values:
            return kinds.Int(name, 0, len(self._values) - 1, conditions=active)
        sampling = "log" if getattr(dimension, "log", False) else "linear"
        if isinstance(dimension, Int):
            step = None if dimension.log else dimension.step
            return kinds.Int(name, dimension.low, dimension.high, step, sampling, conditions=active)
        if isinstance(dimension, Float):
            return kinds.Float(
                name, dimension.low, dimension.high, None, sampling, conditions=active
            )
        raise TypeError(f"Only Int, Float and Choice are searched. Got {dimension!r}.")

    def encode(self, value: Any) -> Any:
        """From the space to KerasTuner."""
        if not self._values:
            return value
        index = [plain_key(known) for known in self._values].index(plain_key(value))
        return str(index) if isinstance(self._dimension, Choice) else index

    def decode(self, value: Any) -> Any:
        """From KerasTuner to the space."""
        if self._values:
            return self._values[int(value)]
        if isinstance(self._dimension, Int):
            return min(max(int(value), self._dimension.low), self._dimension.high)
        return self._dimension.canonical(float(value))


def _single(dimension: Dimension) -> bool:
    values = dimension.values
    return values is not None and len(values) == 1


def _parameters(space: Space, codes: dict[str, _Code]) -> Any:
    """The space as `keras_tuner.HyperParameters`, conditions included."""
    parameters = keras_tuner.HyperParameters()
    for name, code in codes.items():
        active, possible = [], True
        for parent, allowed in space[name].conditions().items():
            if parent in codes:
                encoded = [codes[parent].encode(value) for value in allowed]
                active.append(Parent(parent, encoded))
            else:
                constant = space[parent].values or []
                possible &= plain_key(constant[0]) in {plain_key(value) for value in allowed}
        if possible:
            parameters.merge([code.parameter(name, active)])
    return parameters


def _with_values(parameters: Any, values: dict[str, Any]) -> Any:
    copied = parameters.copy()
    copied.values = dict(values)
    return copied


def _observations(
    study: optuna.Study, space: Space, number: int
) -> list[tuple[dict[str, Any], float, bool]]:
    """Point, score and whether the score is its own.

    Failed and diverged trials get the worst score, so that their region does not stay a white
    spot that attracts the next point; running trials get it so that they are not tried twice.
    """
    scored, unscored = [], []
    for trial in study.get_trials(deepcopy=False):
        params = {name: trial.params[name] for name in space.searched if name in trial.params}
        if trial.number == number or not params or trial.state == TrialState.WAITING:
            continue
        try:
            point = space.complete(space.decode(params))
        except ValueError:
            continue  # of another range, in a search without a fixed space
        score = trial.values[0] if trial.values else math.nan
        if math.isfinite(score):
            scored.append((point, score, True))
        else:
            unscored.append(point)
    if not scored:
        return []
    scores = [score for _, score, _ in scored]
    worst = min(scores) if study.direction == StudyDirection.MAXIMIZE else max(scores)
    return scored + [(point, worst, False) for point in unscored]


def bayesian(request: Request) -> optuna.samplers.BaseSampler:
    """The strategy's sampler."""
    return OracleSampler(space=request.space, seed=request.seed, **request.options)
