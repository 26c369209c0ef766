"""A winner on the test rows, beside the default hyperparameters and a simple method."""

from __future__ import annotations

import dataclasses

import pytest

from pipelines.jobs.recipe.final_comparison import SCORES, RecipeComparison
from pipelines.jobs.recipe.finish import with_scores_apart
from pipelines.jobs.recipe.refit import SCORES_APART, RecipeRefit
from pipelines.recipes.registry import load_recipe
from pipelines.training.data import DataRequest
from pipelines.training.experiment import Experiment
from tuning import Context

FLIPPED = {"accuracy_with_flips", "crossentropy_with_flips"}


@pytest.fixture
def recipe():
    recipe = load_recipe("digits-cnn")
    return dataclasses.replace(recipe, defaults={**recipe.defaults, **recipe.tiny})


def test_scores_that_hyperparameters_ask_for_stand_with_those_who_ask(recipe, tmp_path):
    data = DataRequest(name="digits", rows=300)
    asks = {"test_flips": True}
    folders = [tmp_path / "winner", tmp_path / "defaults"]
    refits = [Context(seed=0, directory=folder) for folder in folders]
    for refit, params in zip(refits, [asks, {}], strict=True):
        RecipeRefit(recipe=recipe, data=data, scores_apart=True)(params, refit)
    context = Context(seed=0, directory=tmp_path)
    RecipeComparison(
        recipe=recipe,
        data=data,
        seed=0,
        metrics=(("val_accuracy", "maximize"),),
        winners=(folders[0],),
        defaults=(folders[1],),
    )(asks, context)
    scores = with_scores_apart(context.notes[SCORES], *refits)
    assert scores["test_metrics"].keys() - scores["default_metrics"].keys() == FLIPPED
    assert scores["baseline_metrics"].keys() <= scores["default_metrics"].keys()
    assert 0 < scores["test_metrics"]["accuracy_with_flips"] <= 1
    dataset = data.load()
    task, test = Experiment(recipe, {}, dataset, seed=0).task, dataset.test.open("a test")
    _, simple = task.baseline(test, with_validation=True)
    assert scores["baseline_metrics"] == task.scores(simple, test.y), "on the rows of the refits"


def test_a_refit_of_a_further_seed_does_not_compute_them(recipe, tmp_path):
    context = Context(seed=1, directory=tmp_path)
    RecipeRefit(recipe=recipe, data=DataRequest(name="digits", rows=300))(
        {"test_flips": True}, context
    )
    assert SCORES_APART not in context.notes
