"""Names of metrics and constraints, checked with the job; latency as one of them."""

from __future__ import annotations

import json

import keras_tuner
import numpy as np
import pytest

from pipelines.jobs.api import tune
from pipelines.jobs.metric_names import metrics_of_epochs, metrics_of_trials
from pipelines.jobs.objectives import read_objective
from pipelines.jobs.plan import plan_job
from pipelines.jobs.schema import Job
from pipelines.recipes.registry import all_recipes, load_recipe
from pipelines.tasks.registry import TASKS


def test_every_task_and_recipe_is_known():
    assert all(row.reported for row in TASKS.values())
    for recipe in all_recipes():
        assert recipe.metric in metrics_of_epochs(recipe)


def constrained(name, **limit):
    return {"constraints": [{"metric": name, **(limit or {"at_most": 1})}]}


def several(*names):
    return {"metrics": [{"name": name, "direction": "minimize"} for name in names]}


REFUSED = [
    ("digits-cnn", constrained("paramters"), "Did you mean 'parameters'"),
    ("digits-cnn", constrained("latency"), "Did you mean 'latency_ms'"),
    ("digits-cnn", several("val_loss", "val_mae"), "No metric of the recipe 'digits-cnn' named"),
    ("digits-cnn", {"metric": "val_acc", "direction": "maximize"}, "Did you mean 'val_accuracy'"),
    ("digits-cnn", several("parameters", "val_loss"), "The first metric decides which epoch"),
    ("digits-gan", constrained("latency_ms"), "No metric of the recipe 'digits-gan' named"),
    ("names-char-lm", constrained("latency_ms"), "No metric of the recipe"),
    ("digits-cnn", constrained("val_loss_std"), "No metric of the recipe"),
    ("digits-cnn", {"objective": "val_f1_marco"}, "Did you mean 'val_f1_macro'"),
    ("diabetes-mlp", {"objective": "val_f1_macro"}, "No metric of the recipe 'diabetes-mlp'"),
]


@pytest.mark.parametrize(("recipe", "keys", "message"), REFUSED)
def test_an_unknown_name_is_refused_with_the_job(recipe, keys, message):
    with pytest.raises(ValueError, match=message):
        plan_job(Job(recipe=recipe, trials=2, **keys))


ALLOWED = [
    ("digits-cnn", constrained("val_loss_std") | {"folds": 3}),
    ("tabular", several("val_accuracy")),
    ("tabular", several("val_mae")),
    ("diabetes-mlp", constrained("latency_ms")),
    ("digits-cnn", {"objective": "val_mcc"} | constrained("val_recall_macro", at_least=0.9)),
    ("diabetes-mlp", {"objective": "val_pinball"} | constrained("val_mape")),
    ("imdb-sentiment", several("val_loss", "latency_ms")),
]


@pytest.mark.parametrize(("recipe", "keys"), ALLOWED)
def test_what_a_trial_returns_is_allowed(recipe, keys):
    assert plan_job(Job(recipe=recipe, trials=2, **keys)).settings.trials == 2


def test_folds_have_deviations():
    names = metrics_of_trials(load_recipe("wine-mlp"), folds=3)
    assert {"val_accuracy_std", "latency_ms_std"} <= names


def test_job_check_says_it_in_one_line(program, tmp_path):
    file = tmp_path / "job.yaml"
    file.write_text("recipe: digits-cnn\ntrials: 2\nconstraints: [{metric: latncy_ms, at_most: 1}]")
    done = program("job", "check", file, check=False)
    assert done.code == 2
    assert "No metric of the recipe 'digits-cnn' named 'latncy_ms'" in done.err
    assert "Did you mean 'latency_ms'" in done.err


@pytest.mark.service
def test_a_metric_of_the_predictions_is_searched_and_judged(wine_search):
    result = wine_search
    best = result.search.best.metrics
    assert result.metric == "val_f1_macro" and -1 <= best["val_mcc"] <= 1
    assert not {"val_roc_auc", "latency_ms"} & set(best), "nobody asked for them"
    assert result.final["metric"] == "f1_macro"
    assert {"f1_macro", "mcc", "roc_auc"} <= set(result.test_metrics)


@pytest.mark.exhaustive
@pytest.mark.service
@pytest.mark.parametrize("recipe", [pytest.param("digits-cnn", marks=pytest.mark.slow), "wine-mlp"])
def test_a_search_without_a_winner_says_which_bound_was_too_tight(
    program_in_place, tmp_path, recipe
):
    program = program_in_place
    file = tmp_path / "tight.yaml"
    file.write_text(
        f"{{recipe: {recipe}, trials: 2, pruner: none, workers: 1, tracking: false, "
        "constraints: [{metric: latency_ms, at_most: 0.000001}]}"
    )
    done = program("tune", file, "--tiny", check=False)
    assert done.code == 1
    assert "No complete trial keeps the constraints (2 complete)" in done.err
    assert "breaks `latency_ms <= 1e-06` by 0." in done.err
    rows = json.loads(program("trials", "tight", "--json").out)
    assert all(0 < row["latency_ms"] < 1000 for row in rows)
    result = json.loads(program("tune", file, "--tiny", "--json", check=False).out.splitlines()[-1])
    assert result["best_value"] is None and "No complete trial" in result["shortfall"]
    done = program("best", "tight", check=False)
    assert done.code == 2
    assert "has no best trial. No complete trial keeps the constraints" in done.err


@pytest.mark.service
@pytest.mark.exhaustive
def test_a_build_function_is_measured_too(tmp_path):
    x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
    result = tune(
        small_model, (x, (x[:, 0] > 0).astype(int)), trials=1, epochs=1, workers=1, root=tmp_path,
        tracking=False, **constrained("latency_ms", at_most=1000),
    )  # fmt: skip
    assert 0 < result.search.best.metrics["latency_ms"] <= 1000


def small_model(hp):
    """A model as KerasTuner's users write it."""
    import keras

    units = hp.Int("units", 2, 8)
    model = keras.Sequential([keras.layers.Dense(units), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, metrics=["accuracy"])
    return model


@pytest.mark.exhaustive
@pytest.mark.service
def test_the_best_trials_show_what_is_bounded(program_in_place, tmp_path):
    program = program_in_place
    file = tmp_path / "wide.yaml"
    file.write_text(
        "{recipe: wine-mlp, trials: 1, workers: 1, tracking: false, "
        "constraints: [{metric: parameters, at_most: 1000000}]}"
    )
    out = program("tune", file, "--tiny").out
    header, row = out.splitlines()[1:3]
    assert header.split()[:3] == ["trial", "val_loss", "parameters"]
    result = json.loads(program("tune", file, "--tiny", "--json").out.splitlines()[-1])
    assert result["shortfall"] is None
    assert result["final"]["verdict"]
    assert row.split()[0] == "0"


def test_objectives_of_keras_tuner_are_read():
    mine = keras_tuner.Objective("steps", "min")
    assert read_objective(mine) == [("steps", "minimize")]
    assert read_objective([mine, ("val_own", "max")]) == [
        ("steps", "minimize"),
        ("val_own", "maximize"),
    ]
    assert read_objective(("val_own", "max")) == [("val_own", "maximize")]
