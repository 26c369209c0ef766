"""A study knows its data and its job: changed files, arrays, recipes and job files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml

from pipelines.datasets.registry import load_dataset
from pipelines.jobs.api import tune
from pipelines.jobs.function.statements import statements_digest
from pipelines.jobs.keras_tuner.arrays import stored_arrays
from pipelines.jobs.keras_tuner.plan import plan_build
from pipelines.jobs.plan import plan_job
from pipelines.jobs.schema import Job
from tests.pipelines.conftest import REPOSITORY, digits_command
from tuning import JobError, open_study
from tuning.storage.records import FACTS, read_trials
from tuning.storage.studies import delete_study
from tuning.tracking import Tracker, default_tracking_uri

pytestmark = pytest.mark.service

QUICK = {"strategy": "random", "pruner": "none", "workers": 1, "tracking": False}
WAY_OUT = r"Take another name \(`study`\), go back to the old values, or delete the old study\."

HERE = r" Here: `--study NEWNAME`, or `cookbook delete {name}`\."


def write_rows(path, *, shift=2.0, seed=0):
    """A table of two classes; `shift` is how far they lie apart."""
    draws = np.random.default_rng(seed).normal(size=(120, 2))
    draws[::2] += shift
    rows = [f"{a:.3f},{b:.3f},{('yes', 'no')[n % 2]}" for n, (a, b) in enumerate(draws)]
    path.write_text("\n".join(["a,b,y", *rows]) + "\n")
    return path


# A: a file with another content


def search_table(root, path, **changes):
    data = {"path": str(path), "target": "y"} | changes.pop("data", {})
    keys = QUICK | {"trials": 1, "epochs": 2} | changes
    return tune(Job(recipe="tabular", data=data, **keys), root=root)


@pytest.mark.exhaustive
def test_another_content_is_another_study_and_another_place_is_not(tmp_path):
    path = write_rows(tmp_path / "data.csv")
    first = search_table(tmp_path, path)
    moved = shutil.copy(path, tmp_path / "moved.csv")
    again = search_table(tmp_path, moved, data={"missing": "impute"})
    assert again.final == first.final  # read, not trained
    write_rows(path, shift=0.0)
    other = search_table(tmp_path, path)
    assert other.study != first.study
    assert other.best_value != first.best_value
    assert other.final["test_reads"] == 1


# B: other arrays, another function


def build(hp):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(hp.Int("units", 1, 3))])
    model.compile(hp.Choice("optimizer", ["sgd", "adam"]), "mse")
    return model


def same_space(hp):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(hp.Int("units", 1, 3))])
    model.compile(hp.Choice("optimizer", ["sgd", "adam"]), "mae")
    return model


X = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
ROWS = (X, X[:, :1])
ZEROS = (X * 0, X[:, :1])


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("builds")


def named(root, data=ROWS, function=build, **changes):
    keys = {"trials": 2, "epochs": 1, "pruner": "none", **changes}
    return plan_build(function, data, root=root, **keys).identified().settings.study


@pytest.mark.parametrize(
    "changes",
    [
        {"data": ZEROS},
        {"function": same_space},
        {"data": (*ROWS, *ROWS)},
        {"params": {"batch_size": 8}},
        {"epochs": 2},
        {"folds": 2},
        {"seed": 1},
        {"metric": "val_mae", "direction": "minimize"},
        {"constraints": [{"metric": "parameters", "at_most": 9}]},
        {"pruner": "halving", "pruner_options": {"factor": 3}},
        {"strategy_options": {"startup": 3}},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_what_decides_a_trial_makes_another_name(root, changes):
    assert named(root, **changes) != named(root)


def test_what_does_not_keeps_the_name(root):
    others = {"trials": 9, "workers": 3, "timeout": 60, "threads": 2, "patience": 4}
    copied = tuple(part.copy() for part in ROWS)
    test = (X[:5], X[:5, :1])
    assert named(root, copied, **others, seeds=2, test_data=test) == named(root)


@pytest.mark.exhaustive
def test_other_arrays_are_searched_and_named_studies_refuse_them(tmp_path):
    def search(data, **changes):
        keys = QUICK | {"trials": 2, "epochs": 1} | changes
        return tune(build, data, root=tmp_path, **keys)

    first = search(ROWS, study="mine")
    other = search(ZEROS)
    assert other.best_value != first.best_value
    folder = tmp_path / "studies" / "mine"
    files = sorted(folder.iterdir())
    with pytest.raises(JobError, match=r"'mine' has data fingerprint \w{12}, got \w{12}\. "):
        search(ZEROS, study="mine")
    with pytest.raises(JobError, match=r"'mine' has batch_size 32, got 8; seed 0, got 1\. "):
        search(ROWS, study="mine", params={"batch_size": 8}, seed=1)
    with pytest.raises(JobError, match=r"'mine' has objective 'build build', got 'build same"):
        tune(same_space, ROWS, root=tmp_path, study="mine", epochs=1, trials=2)
    assert sorted(folder.iterdir()) == files
    more = search(ROWS, study="mine", trials=3)
    assert (more.n_trials, more.study) == (3, "mine")
    # The files of a deleted study stay; a new one of its name does not read them.
    delete_study("mine", root=str(tmp_path))
    plan = plan_build(build, ZEROS, root=tmp_path, study="mine", trials=2)
    assert not stored_arrays(plan.target.objective(plan.identified().settings).arrays)["x"].any()


@pytest.mark.exhaustive
def test_other_test_rows_are_tested_without_another_search(tmp_path):
    def search(**changes):
        return tune(build, ROWS, root=tmp_path, trials=1, epochs=1, **QUICK, **changes)

    assert search().test_metrics == {}
    tests = [(X[:9], X[:9, :1]), (X[9:], X[9:, :1] + 1)]
    first, other = (search(test_data=rows) for rows in tests)
    assert first.study == other.study
    assert first.test_metrics["loss"] != other.test_metrics["loss"]
    assert [one.final["test_reads"] for one in (first, other)] == [1, 2]
    assert search(test_data=tests[1]).final == search().final == other.final


# C: a job file that is edited


EDITS = [
    (
        {"set": {"learning_rate": 0.01}, "epochs": 30},
        r"hyperparameters\.learning_rate 1e-05, got 0\.01; hyperparameters\.epochs 1, got 30\. ",
    ),
    ({"set": {}}, r"hyperparameters\.learning_rate 1e-05, got nothing\. "),
    ({"seed": 3}, r"seed 0, got 3\. "),
    ({"folds": 3}, r"folds nothing, got 3\. "),
    ({"recipe": "wine-mlp", "data": None}, r"objective 'recipe tabular', got 'recipe wine-mlp'; "),
    ({"data": {"missing": "drop"}}, r"data options\.missing nothing, got 'drop'\. "),
    (
        {"constraints": [{"metric": "parameters", "at_most": 900}]},
        r"constraints nothing, got \['parameters <= 900\.0'\]\. ",
    ),
    ({"metric": "val_accuracy", "direction": "maximize"}, r"'job' has \[\('val_loss', 'minim"),
    ({"space": {"dropout": {"fixed": 0.1}}}, r"has another one in dropout\. "),
    ({"rows": 1}, r"data fingerprint \w{12}, got \w{12}\. "),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    run_job(folder)
    return folder


def run_job(folder, **changes):
    return tune(write_job(folder, **changes), root=folder)


def write_job(folder, **changes):
    data = {"path": str(folder / "data.csv"), "target": "y"}
    write_rows(folder / "data.csv", seed=changes.pop("rows", 0))
    keys = QUICK | {"recipe": "tabular", "trials": 1, "epochs": 1, "seed": 0}
    keys |= {"set": {"learning_rate": 0.00001}, **changes}
    given = keys.get("data", {})
    keys["data"] = None if given is None else data | given
    path = folder / "job.yaml"
    path.write_text(yaml.safe_dump(keys))
    return path


@pytest.mark.parametrize(("changes", "message"), EDITS, ids=lambda value: str(value)[:30])
def test_an_edit_that_changes_trials_is_refused(folder, changes, message):
    before = dict(open_study("job", root=str(folder)).user_attrs)
    with pytest.raises(JobError, match=f"{message}.*{WAY_OUT}"):
        run_job(folder, **changes)
    study = open_study("job", root=str(folder))
    assert study.user_attrs == before
    assert len(read_trials(study)) == 1


def test_the_program_says_so_in_one_line(program, folder):
    done = program("tune", write_job(folder, rows=1), "--root", folder, check=False)
    assert done.code == 2
    line = (
        r"cookbook: A study belongs to one job\. 'job' has data fingerprint [0-9a-f]{12}, "
        r"got [0-9a-f]{12}\. "
    )
    said = done.err.splitlines()[-1]  # below what was read of the data
    assert re.fullmatch(line + WAY_OUT + HERE.format(name="job"), said)


def test_two_recipes_do_not_share_a_study(program, folder):
    named = ("--study", "job", "--root", folder)
    done = program("tune", "digits-mlp", *named, "--trials", 2, check=False)
    assert done.code == 2
    assert done.err.startswith(
        "cookbook: A study belongs to one job. 'job' has objective 'recipe tabular', "
        "got 'recipe digits-mlp'; dataset 'tabular-file', got 'digits'; "
    )
    assert re.search(WAY_OUT + HERE.format(name="job") + "\n$", done.err)
    assert len(read_trials(open_study("job", root=str(folder)))) == 1


def test_an_edit_that_does_not_goes_on(folder):
    others = {"workers": 2, "threads": 1, "timeout": "5min", "trial_timeout": "2min"}
    result = run_job(folder, trials=2, patience=20, strategy="tpe", **others)
    assert (result.study, result.n_trials) == ("job", 2)


@pytest.mark.exhaustive
def test_its_best_points_start_another_study(folder):
    warm = run_job(
        folder, study="warm", seed=5, set={"learning_rate": 0.01},
        warm_start={"study": "job", "best": 1}, trials=2,
    )  # fmt: skip
    best = dict(run_job(folder, trials=2).best_params)
    tried = [dict(record.params) for record in warm.search.records]
    assert best in tried


@pytest.mark.exhaustive
def test_an_old_study_takes_the_facts_of_its_next_search(folder, tmp_path):
    run_job(tmp_path)
    open_study("job", root=str(tmp_path)).set_user_attr(FACTS, {})
    result = run_job(tmp_path, seed=4, trials=2)
    assert result.n_trials == 2
    assert open_study("job", root=str(tmp_path)).user_attrs[FACTS]["seed"] == 4
    with pytest.raises(JobError, match="seed 4, got 0"):
        run_job(tmp_path, trials=3)


# What runs and plans show of it


def test_study_and_trial_runs_carry_the_fingerprint_of_the_data(digits_search):
    expected = load_dataset("digits", rows=256).fingerprint
    uri = default_tracking_uri(digits_search / "mlruns")
    tracker = Tracker(uri, experiment="digits-mlp")
    runs = {run.data.tags["role"]: run for run in tracker.search("study", "digits")}
    assert {run.data.tags["dataset.fingerprint"] for run in runs.values()} == {expected}
    assert set(runs) == {"study", "trial"}
    (data,) = runs["study"].inputs.dataset_inputs
    assert (data.dataset.name, data.dataset.digest) == ("digits", expected[:36])


def test_a_plan_needs_no_data_until_it_is_run():
    plan = plan_job(Job(recipe="tabular", data="nowhere.csv", trials=1))
    with pytest.raises(ValueError, match="needs the option 'target'"):
        plan.identified()


def test_functions_have_facts_and_made_names():
    def settings(**changes):
        keys = {"function": "a.b:c", "metric": "loss", "direction": "minimize", "trials": 3}
        job = Job(**keys, space={"x": {"int": [0, 3]}}, **changes)
        return plan_job(job).identified().settings

    assert settings().study.startswith("a.b.c-hybrid-")
    assert settings().study == settings(workers=3).study != settings(seed=1).study
    named = settings(study="mine", folds=3, epochs=7)
    assert named.study == "mine"
    assert named.facts == {
        "objective": "function a.b:c",
        "code": None,
        "epochs": 7,
        "folds": 3,
        "constraints": [],
        "seed": 0,
    }


def test_a_function_whose_module_changed_is_another_job(tmp_path, monkeypatch):
    """Looked for in the working directory, where workers find it too; never imported."""
    monkeypatch.chdir(tmp_path)
    module = tmp_path / "objective_of_a_test.py"
    keys = {"function": "objective_of_a_test:loss", "metric": "loss", "direction": "minimize"}
    job = Job(**keys, trials=1, space={"x": {"int": [0, 3]}})

    def code(text):
        module.write_text(text)
        _read_again()
        return plan_job(job).identified().settings.facts["code"]

    first = code("raise SystemExit\ndef loss(params, context):\n    return params['x']\n")
    again = code("raise SystemExit\n\ndef loss(params, context):\n    return params['x']  # x\n")
    assert first is not None
    assert first == again != code("def loss(params, context):\n    return -params['x']\n")


def _read_again():
    """As in a new process, which is where a changed module is seen."""
    statements_digest.cache_clear()


FINISHED = """
import json, sys, time
start = time.process_time()
from pipelines.cli.main import main
try:
    main()
except SystemExit as end:
    code = end.code or 0
print(json.dumps([code, "tensorflow" in sys.modules, time.process_time() - start]))
"""


@pytest.mark.exhaustive
def test_a_finished_study_answers_without_tensorflow(digits_search):
    done = subprocess.run(
        [sys.executable, "-c", FINISHED, *map(str, digits_command(digits_search))],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, imported, seconds = json.loads(done.stdout.strip().splitlines()[-1])
    assert (code, imported) == (0, False)
    assert seconds < 6  # about 2 on an idle machine
