"""Every private name of Optuna and KerasTuner that is used is still what it was."""

from __future__ import annotations

import keras_tuner
import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.pruners import SuccessiveHalvingPruner
from optuna.samplers import TPESampler
from optuna.storages import get_storage
from optuna.trial import TrialState, create_trial
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from tuning import Float, Space
from tuning.internals import PrivateName, faults, require
from tuning.internals import keras_tuner as keras_tuner_names
from tuning.internals import optuna as optuna_names
from tuning.internals import optuna_parzen as parzen_names
from tuning.internals import optuna_tpe as tpe_names
from tuning.internals import ray as ray_names
from tuning.internals.optuna import CONSTRAINT_PREFIX, RUNG_PREFIX, FilteredStudy, study_id
from tuning.storage.database import open_storage
from tuning.strategies import STRATEGIES, Request, make_sampler

NAMES = (
    *optuna_names.PRIVATE_NAMES,
    *tpe_names.PRIVATE_NAMES,
    *parzen_names.PRIVATE_NAMES,
    *keras_tuner_names.PRIVATE_NAMES,
    *ray_names.PRIVATE_NAMES,
)


def _oracle():
    parameters = keras_tuner.HyperParameters()
    parameters.Float("x", 0.0, 1.0)
    objective = keras_tuner.Objective("score", "min")
    return keras_tuner_names.OpenOracle(objective=objective, hyperparameters=parameters)


def _regressor():
    regressor = GaussianProcessRegressor(Matern(nu=2.5), optimizer=None, normalize_y=True)
    return regressor.fit(np.array([[0.0], [1.0]]), np.array([1.0, 2.0]))


def _estimator():
    """What a sampler with one known trial estimates its density by."""
    space = {"x": FloatDistribution(0.0, 1.0)}
    sampler = TPESampler(seed=0, n_startup_trials=1)
    return sampler._parzen_estimator_cls(
        {"x": np.array([0.5])}, space, sampler._parzen_estimator_parameters
    )


OBJECTS = {
    "optuna.samplers._tpe.parzen_estimator:_ParzenEstimator()": _estimator,
    "optuna.trial:FrozenTrial()": lambda: create_trial(state=TrialState.RUNNING),
    "optuna:Study()": optuna.create_study,
    "optuna.samplers:TPESampler()": optuna.samplers.TPESampler,
    "optuna.storages._cached_storage:_CachedStorage()": lambda: get_storage("sqlite:///:memory:"),
    "keras_tuner.oracles:BayesianOptimizationOracle()": _oracle,
    "sklearn.gaussian_process:GaussianProcessRegressor()": _regressor,
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name.owner}.{name.name}")
def test_the_name_is_where_it_was(name):
    holder = OBJECTS[name.owner]() if name.owner in OBJECTS else None
    assert faults([name], holder) == []


def test_a_name_that_moved_is_refused_by_its_name():
    moved = PrivateName(package="optuna", owner="optuna:Study", name="_gone", user="the view")
    with pytest.raises(ImportError, match=r"optuna 5\S* is not supported: .*no `_gone`, which the"):
        require([moved])


def test_a_module_that_moved_is_refused_by_its_name():
    moved = PrivateName(package="optuna", owner="optuna.gone:Study", name="_x", user="the view")
    with pytest.raises(ImportError, match=r"`optuna\.gone:Study` is gone .* the view"):
        require([moved])


def test_other_parameters_of_an_overridden_method_are_refused():
    moved = PrivateName(
        package="optuna", owner="optuna:Study", name="_get_trials", user="it", parameters=("self",)
    )
    with pytest.raises(ImportError, match=r"takes \('self', 'deepcopy', .* instead of \('self',\)"):
        require([moved])


class _Deaf(FilteredStudy):
    """Tells nothing, and counts who asks."""

    asked = 0

    def told(self):
        self.asked += 1
        return []


@pytest.mark.parametrize("name", sorted({*STRATEGIES} - {"random"}))
def test_every_sampler_reads_through_the_overridden_method(name):
    if STRATEGIES[name].needs:
        pytest.importorskip(STRATEGIES[name].needs)
    plain = optuna.create_study()
    plain.optimize(lambda trial: trial.suggest_float("x", 0.0, 1.0), n_trials=2)
    space = Space({"x": Float(0.0, 1.0, step=0.1)})
    sampler = make_sampler(name, Request(space=space, seed=0, options={}))
    study = _Deaf(plain.study_name, optuna_names.storage_of(plain), sampler=sampler)
    plain.ask()
    trial = plain.trials[-1]
    found = sampler.infer_relative_search_space(study, trial)
    sampler.sample_relative(study, trial, found)
    assert study.asked


def test_pruners_note_their_rungs_under_the_known_name():
    study = optuna.create_study(pruner=SuccessiveHalvingPruner(min_resource=1))
    trial = study.ask()
    trial.report(0.5, 1)
    trial.should_prune()
    attributes = study.trials[0].system_attrs
    assert attributes
    assert all(key.startswith(RUNG_PREFIX) for key in attributes)


def test_constraints_are_read_under_the_known_name():
    attributes = {f"{CONSTRAINT_PREFIX}size <= 9": 1.0}
    trial = create_trial(state=TrialState.COMPLETE, value=0.0, system_attrs=attributes)
    assert trial.constraints == {"size <= 9": 1.0}


def test_a_cached_store_calls_what_is_called_again_when_the_store_is_busy(tmp_path, monkeypatch):
    storage = open_storage(f"sqlite:///{tmp_path / 'studies.db'}")
    called = []
    original = type(storage)._get_trials
    monkeypatch.setattr(
        type(storage),
        "_get_trials",
        lambda self, *args, **kwargs: called.append(1) or original(self, *args, **kwargs),
    )
    study = optuna.create_study(storage=get_storage(storage))
    assert study.get_trials() == []
    assert called
    assert study_id(study) == 1
