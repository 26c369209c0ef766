"""`pipelines.tune` from a script: what `data` is for which target, and what jobs it makes."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest

from pipelines.jobs.api import tune
from pipelines.jobs.keras_tuner.plan import plan_build
from pipelines.jobs.progress import SearchProgress
from pipelines.jobs.request import make_job
from pipelines.jobs.schema import Job
from pipelines.progress_bar import LINE
from tests.pipelines.conftest import REPOSITORY
from tests.pipelines.jobs.test_fingerprint import write_rows
from tuning import JobError, Progress, open_study
from tuning.storage.records import EVALUATION

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


@pytest.mark.exhaustive
@pytest.mark.service
def test_a_table_of_ones_own_by_path_or_with_options(tmp_path):
    path = write_rows(tmp_path / "rows.csv")
    keys = QUICK | {"trials": 1, "epochs": 2, "root": tmp_path}
    result = tune("tabular", {"path": path, "target": "y"}, **keys)
    assert result.search.states == {"complete": 1}
    again = tune("tabular", data={"path": str(path), "target": "y"}, **keys)
    assert again.final == result.final
    kept = open_study(result.study, result.search.storage).user_attrs[EVALUATION]
    assert sum(map(sum, kept["confusion"]["counts"])) == result.final["test_rows"]
    assert sum(kept["calibration"]["rows"]) == result.final["test_rows"]
    assert len(kept["learning"]["loss"]) == result.final["epochs"]
    with pytest.raises(ValueError, match="needs the option 'target'"):
        tune("tabular", path, **keys)


FUNCTION = Job(
    function="json:dumps", space={"x": {"int": [1, 2]}}, objective=["y", "minimize"], trials=1
)
REFUSED = [
    (Job(recipe="wine-mlp", trials=1), X, "wine-mlp has its own data, wine. Got ndarray"),
    (FUNCTION, X, "`data` is for recipes. Got some for the job on json:dumps"),
    (build, None, r"tune\(build, \(x, y\)\).*Got no `data`"),
    (build, (X, X[:9]), r"one number of rows, at least 1\. Got 40 in x, 9 in y"),
    (X, ROWS, "What is tuned is the name of a recipe.*Got ndarray"),
    (keras.Sequential(), ROWS, r"built already \(Sequential\): give a function build\(hp\)"),
    (build, "rows.csv", "Got `data` of type str"),
    (build, (X,), r"`data` is a pair \(x, y\) of arrays.*Got 1 items"),
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


WORDS = [
    ({"max_trials": 3}, "unknown argument 'max_trials'. Here it is `trials`."),
    ({"n_trials": 3}, "Here it is `trials`"),
    ({"n_jobs": 2}, "Here it is `workers`"),
    ({"x": X, "y": X}, r"unknown argument 'x'. Here it is `data`, as \(x, y\)"),
    ({"trails": 3}, "unknown argument 'trails'. Did you mean 'trials'?"),
]


@pytest.mark.parametrize(("given", "message"), WORDS, ids=[next(iter(w)) for w, _ in WORDS])
def test_words_of_other_tuners_name_ours(given, message, tmp_path):
    with pytest.raises(TypeError, match=message):
        tune(build, ROWS, root=tmp_path, **given)
    assert not list(tmp_path.iterdir())


def test_an_objective_is_a_name_a_pair_or_a_list():
    def metrics(objective):
        return Job(recipe="digits-mlp", trials=1, objective=objective).objective

    assert metrics("val_loss") == (("val_loss", "minimize"),)
    assert metrics(("steps", "minimize")) == (("steps", "minimize"),)
    assert metrics(["val_accuracy", {"name": "parameters", "direction": "minimize"}]) == (
        ("val_accuracy", "maximize"), ("parameters", "minimize"),
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"\[steps, maximize\] or \[steps, minimize\]"):
        metrics("steps")


def test_validation_data_are_of_arrays_only(tmp_path):
    with pytest.raises(ValueError, match="`validation_data` is for a build"):
        tune("digits-mlp", validation_data=ROWS, root=tmp_path)
    with pytest.raises(ValueError, match="given twice"):
        tune(build, (*ROWS, *ROWS), validation_data=ROWS, root=tmp_path)


IN_A_NEW_PROCESS = """
import sys, json, dataclasses
from pipelines.jobs.result import TuneResult
from tuning import SearchResult
search = SearchResult(study="s", storage="", stopped_because="trials", records=[], metrics=[["a", "minimize"]], best=None)
result = TuneResult(search=search, final={"model_path": sys.argv[1]})
assert "keras" not in sys.modules
print(type(result.model().loss).__name__)
import pandas
print(len(result.predict(pandas.DataFrame(json.loads(sys.argv[2])))))
"""  # noqa: E501


@pytest.mark.service
def test_a_result_is_short_in_text_and_whole_in_a_notebook(wine_search):
    wine = wine_search
    assert repr(wine).startswith(f"TuneResult('{wine.study}', 2 complete, best val_f1_macro ")
    assert len(repr(wine)) < 200
    board = wine.leaderboard()
    assert list(board[wine.metric]) == sorted(board[wine.metric], reverse=True)
    assert board.index[0] == wine.search.best_trial
    page = wine._repr_html_()
    assert page.count("<table>") == 2
    assert "data:image/png;base64," in page
    assert wine.final["verdict"].split(",")[0] in page


@pytest.mark.exhaustive
@pytest.mark.service
def test_the_model_of_a_result_loads_and_predicts_in_a_new_process(wine_search):
    rows = wine_rows()
    assert len(wine_search.predict(rows)) == 2
    given = rows.to_json(orient="records")
    done = subprocess.run(
        [sys.executable, "-c", IN_A_NEW_PROCESS, str(wine_search.model_path), given],
        capture_output=True, text=True, check=False, cwd=REPOSITORY,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-1] == "2"


def wine_rows():
    from sklearn.datasets import load_wine

    return load_wine(as_frame=True).data[:2]


def test_progress_is_shown_where_somebody_looks(capfd):
    def shown(verbose):
        with SearchProgress(verbose=verbose) as progress:
            progress.update(Progress(study="s", total=4, complete=1, best_value=0.5))
        return capfd.readouterr()

    assert shown("auto") == shown(False) == ("", "")  # neither a terminal nor a notebook
    assert "trials 1/4" in shown(True).err
    with pytest.raises(ValueError, match='`verbose` is "auto", True or False'):
        SearchProgress(verbose="loud")


def test_a_notebook_has_one_line_that_is_rewritten(capfd):
    with SearchProgress(verbose=False) as progress:
        progress.surface = LINE
        for number in (1, 4):
            progress.update(Progress(study="s", total=4, complete=number, best_value=0.5))
    out = capfd.readouterr().out
    assert out.count("\r") == 2
    assert "trials 4/4  best 0.5  0 running  0 pruned" in out
