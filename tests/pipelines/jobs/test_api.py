"""`pipelines.tune` from a script: what `data` is for which target, and what jobs it makes."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from pipelines.jobs.api import tune
from pipelines.jobs.keras_tuner.plan import plan_build
from pipelines.jobs.request import make_job
from pipelines.jobs.schema import Job
from tests.pipelines.jobs.test_fingerprint import write_rows
from tuning import JobError

QUICK = {"strategy": "random", "pruner": "none", "workers": 1, "tracking": False}
X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
ROWS = (X, X[:, :1])


def build(hp):
    width, deep = hp.Int("width", 2, 8), hp.Boolean("deep")
    layers = [keras.layers.Dense(width)]
    with hp.conditional_scope("deep", [True]):
        if deep:
            layers.append(keras.layers.Dense(hp.Int("second", 2, 4)))
    model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.service
@pytest.mark.timeout(300)
def test_a_table_of_ones_own_by_path_or_with_options(tmp_path):
    path = write_rows(tmp_path / "rows.csv")
    keys = QUICK | {"trials": 1, "epochs": 2, "root": tmp_path}
    result = tune("tabular", {"path": path, "target": "y"}, **keys)
    assert result.search.states == {"complete": 1}
    again = tune("tabular", data={"path": str(path), "target": "y"}, **keys)
    assert again.final == result.final
    with pytest.raises(ValueError, match="needs the option 'target'"):
        tune("tabular", path, **keys)


REFUSED = [
    ("digits-mlp", ROWS, r"arrays are for a build\(hp\) function.*Got tuple for digits-mlp"),
    (Job(recipe="wine-mlp", trials=1), X, "Got ndarray for the job on wine-mlp"),
    (build, None, r"tune\(build, \(x, y\)\).*Got no `data`"),
    (build, (X, X[:9]), "as many targets as inputs. Got 40 inputs and 9 targets"),
    (X, ROWS, "What is tuned is the name of a recipe.*Got ndarray"),
    (build, "rows.csv", "Got `data` of type str"),
    (build, (X,), r"`data` is a pair \(x, y\) of arrays. Got 1 items"),
]


@pytest.mark.parametrize(("target", "data", "message"), REFUSED)
def test_data_of_the_other_kind_are_refused(target, data, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        tune(target, data, root=tmp_path)
    assert not list(tmp_path.iterdir())


def test_tiny_is_for_recipes(tmp_path):
    with pytest.raises(ValueError, match="`tiny` is for recipes"):
        tune(build, ROWS, tiny=True, root=tmp_path)


def test_fixed_values_and_ranges_of_a_build_function(tmp_path):
    plan = plan_build(
        build, ROWS, root=tmp_path, trials=2, epochs=1,
        params={"deep": False}, space={"width": {"int": [3, 5]}},
    )  # fmt: skip
    assert plan.target.space.to_dict().keys() == {
        "width",
        "deep",
    }
    assert plan.target.space.searched.keys() == {"width"}
    assert plan.settings.warm_start.points[0]["deep"] is False
    with pytest.raises(ValueError, match="Did you mean 'width'"):
        plan_build(build, ROWS, root=tmp_path, trials=2, params={"widht": 4})


@pytest.mark.service
@pytest.mark.timeout(300)
def test_fixed_values_reach_the_trials(tmp_path):
    result = tune(build, ROWS, trials=3, epochs=1, params={"width": 7}, root=tmp_path, **QUICK)
    assert [record.params["width"] for record in result.search.records] == [7, 7, 7]
    assert result.model().layers[0].units == 7


def test_options_beside_a_job_are_checked_as_its_own_keys_are():
    job = Job(recipe="digits-mlp", trials=4, trial_timeout="2min")
    changed = make_job(job, {"trials": 6, "strategy": "tpe"})
    assert (changed.trials, changed.strategy, changed.trial_timeout) == (6, "tpe", 120.0)
    with pytest.raises(JobError, match="Did you mean 'trials'"):
        make_job(job, {"trails": 6})
    with pytest.raises(JobError, match="No strategy named 'tpee'"):
        make_job(job, {"strategy": "tpee"})
