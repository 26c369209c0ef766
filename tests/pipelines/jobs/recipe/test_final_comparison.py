"""A winner on the test rows, beside the default hyperparameters and a simple method."""

from __future__ import annotations

import dataclasses

import pytest

from pipelines.jobs.recipe.final_comparison import SCORES, RecipeComparison
from pipelines.jobs.recipe.refit import RecipeRefit
from pipelines.recipes.registry import load_recipe
from pipelines.training.data import DataRequest
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
    for folder, params in zip(folders, [asks, {}], strict=True):
        folder.mkdir()
        RecipeRefit(recipe=recipe, data=data)(params, Context(seed=0, directory=folder))
    context = Context(seed=0, directory=tmp_path)
    RecipeComparison(
        recipe=recipe,
        data=data,
        seed=0,
        metrics=(("val_accuracy", "maximize"),),
        winners=(folders[0],),
        defaults=(folders[1],),
    )(asks, context)
    scores = context.notes[SCORES]
    assert scores["test_metrics"].keys() - scores["default_metrics"].keys() == FLIPPED
    assert scores["baseline_metrics"].keys() <= scores["default_metrics"].keys()
    assert 0 < scores["test_metrics"]["accuracy_with_flips"] <= 1
