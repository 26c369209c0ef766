"""What a job searches of a recipe: other ranges, and hyperparameters that were not searched."""

from __future__ import annotations

import pytest

from pipelines import tune
from pipelines.jobs.plan import plan_job
from pipelines.jobs.recipe.space import with_space, without_fixed
from pipelines.jobs.schema import Job
from pipelines.recipes.registry import load_recipe
from tuning import Choice, Float, Space


def plan(space, **keys):
    return plan_job(Job(recipe="digits-mlp", space=space, trials=2, **keys))


def test_no_change_is_no_change():
    recipe = load_recipe("digits-mlp")
    assert with_space(recipe, {}) == recipe


def test_a_searched_hyperparameter_gets_another_range():
    found = plan({"learning_rate": {"float": [1e-3, 1e-2], "log": True}})
    assert found.target.space["learning_rate"] == Float(1e-3, 1e-2, log=True)
    assert list(found.target.space.dimensions) == list(load_recipe("digits-mlp").space.dimensions)


def test_any_other_hyperparameter_joins_and_the_first_trial_is_without_it():
    """Of the training and of the builder; the defaults stay what the recipe does."""
    found = plan(
        {
            "schedule": ["constant", "cosine"],
            "warmup": {"float": [0.0, 0.2], "when": {"schedule": "cosine"}},
            "batch_norm": [True, False],
        }
    )
    assert found.target.space["batch_norm"] == Choice([True, False])
    first = found.settings.warm_start.points[0]
    assert first == {**first, "schedule": "cosine", "warmup": 0.0, "batch_norm": False}
    assert found.target.space.contains(first)


def test_what_is_fixed_is_not_searched():
    assert "ema" not in plan({"ema": {"float": [0.0, 0.99]}}, params={"ema": 0.9}).target.space


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"batchnorm": [True]}, "No hyperparameter named 'batchnorm'. Did you mean 'batch_norm'?"),
        ({"epochs": {"int": [2, 9]}}, "`epochs` is the budget of a trial, .* `epochs: N`"),
        ({"learning_rate": {"float": [-1.0, 1.0]}}, "`learning_rate > 0` must hold"),
        ({"ema": {"float": [0.5, 1.0]}}, "`0 <= ema < 1` must hold. Got ema=1.0"),
        ({"optimizer": "adam", "batch_size": ["64"]}, "`batch_size` is a whole number"),
        ({"schedule": {"chioce": ["cosine"]}}, "'schedule' needs exactly one of the keys"),
        (
            {"ema": {"float": [0, 0.9], "when": {"schedul": "cosine"}}},
            "No parameter named 'schedul'",
        ),
    ],
)
def test_what_no_training_takes_is_refused_before_anything_starts(space, message):
    with pytest.raises(ValueError, match=message):
        plan(space)


def test_a_known_point_says_what_differs_from_the_defaults():
    found = plan({}, warm_start={"points": [{"dropout": 0.3}]})
    default, other = found.settings.warm_start.points
    assert other == {**default, "dropout": 0.3}
    assert found.target.space.contains(found.target.space.complete(other))


def test_what_may_be_left_out_is_left_out_first():
    found = plan({"class_weight": ["balanced", "none"]})
    assert found.settings.warm_start.points[0]["class_weight"] == "none"


@pytest.mark.slow
def test_weights_of_classes_are_searched(tmp_path):
    result = tune(
        "wine-mlp", trials=2, space={"class_weight": ["none", "balanced"]}, tiny=True, workers=1,
        strategy="random", pruner="none", params={"members": 1}, root=tmp_path,
        tracking=False, verbose=False,
    )  # fmt: skip
    assert result.search.states == {"complete": 2}
    assert {record.params["class_weight"] for record in result.search.records} <= {
        "none",
        "balanced",
    }


@pytest.mark.parametrize(
    ("allowed", "fixed", "kept"),
    [(1, 1, True), (1, 1.0, True), (1, True, False), (1, "1", False), (True, 1, False)],
)
def test_what_exists_beside_one_value_goes_with_another_that_python_calls_equal(
    allowed, fixed, kept
):
    space = Space({"x": Choice([1, True, "1"]), "y": Float(0.0, 1.0, when={"x": allowed})})
    assert ("y" in without_fixed(space, {"x": fixed}).dimensions) == kept
