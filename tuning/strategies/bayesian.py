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
from optuna.distributions import BaseDistribution
from optuna.search_space import IntersectionSearchSpace
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits
from typing_extensions import override

from tuning.space.space import Space
from tuning.strategies import Request
from tuning.strategies.distributions import distribution_of, space_of
from tuning.strategies.oracle import QuickOracle
from tuning.strategies.oracle_parameters import (
    DimensionCode,
    chosen_dimensions,
    parameters_of,
    with_values,
)
from tuning.strategies.standings import violation

_STARTUP_PER_DIMENSION = 2


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
            chosen = chosen_dimensions(self._space)
            return {name: distribution_of(dimension) for name, dimension in chosen.items()}
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
        codes = {name: DimensionCode(d) for name, d in chosen_dimensions(space).items()}
        parameters = parameters_of(space, codes)
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
                hyperparameters=with_values(parameters, values),
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
                point[name] = codes[name].decode(answer[name])
        return space.encode(point)

    @override
    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self._random.sample_independent(study, trial, param_name, param_distribution)


def _observations(
    study: optuna.Study, space: Space, number: int
) -> list[tuple[dict[str, Any], float, bool]]:
    """Point, score and whether the trial has a result.

    Trials that break constraints stand behind those that keep them. Failed and diverged trials get
    the worst score, so that their region does not stay a white spot that attracts the next point;
    running trials get it so that they are not tried twice.
    """
    kept, broken, unscored = [], [], []
    for trial in study.get_trials(deepcopy=False):
        params = {name: trial.params[name] for name in space.searched if name in trial.params}
        if trial.number == number or not params or trial.state == TrialState.WAITING:
            continue
        # A function may not have asked for all of them.
        point = space.decode(params)
        if not all(space[name].contains(value) for name, value in point.items()):
            continue  # of another range, in a search without a fixed space
        score = trial.values[0] if trial.values else math.nan
        if violation(trial) > 0:
            broken.append((point, violation(trial)))
        elif math.isfinite(score):
            kept.append((point, score))
        else:
            unscored.append(point)
    sign = -1.0 if study.direction == StudyDirection.MAXIMIZE else 1.0
    results = kept + _behind([sign * score for _, score in kept], broken, sign)
    if not results:
        return []
    worst = sign * max(sign * score for _, score in results)
    told = [(point, score, True) for point, score in results]
    return told + [(point, worst, False) for point in unscored]


def _behind(
    losses: list[float], broken: list[tuple[dict[str, Any], float]], sign: float
) -> list[tuple[dict[str, Any], float]]:
    """Scores of points that break constraints: worse than all others, in the order of violations.

    By their ranks, as violations have other units than scores: they lie as far apart as the
    scores of the points that keep the constraints.
    """
    worst = max(losses, default=0.0)
    span = (worst - min(losses, default=0.0)) or 1.0
    order = sorted({excess for _, excess in broken})
    share = {excess: (rank + 1) / len(order) for rank, excess in enumerate(order)}
    return [(point, sign * (worst + span * share[excess])) for point, excess in broken]


def bayesian(request: Request) -> optuna.samplers.BaseSampler:
    """The strategy's sampler."""
    return OracleSampler(space=request.space, seed=request.seed, **request.options)
