"""Rules that every recipe keeps; a new file is covered by being there."""

from __future__ import annotations

import importlib

import pytest

from pipelines.datasets.catalog import CATALOG
from pipelines.hyperparameters.options import split_parameters
from pipelines.jobs.target import point_in
from pipelines.recipes.registry import all_recipes
from pipelines.tasks.registry import task_entry
from pipelines.training.checks import check_hyperparameters

RECIPES = all_recipes()
IDS = [recipe.name for recipe in RECIPES]


@pytest.mark.parametrize("recipe", RECIPES, ids=IDS)
def test_names_point_at_something(recipe):
    assert recipe.dataset in CATALOG
    assert all(task_entry(task).load() for task in recipe.tasks)
    module, _, function = recipe.builder.partition(":")
    assert callable(getattr(importlib.import_module(module), function))
    assert recipe.direction in ("maximize", "minimize")


@pytest.mark.parametrize("recipe", RECIPES, ids=IDS)
def test_defaults_and_space_are_known_to_training_task_or_builder(recipe):
    check_hyperparameters(recipe, dict(recipe.defaults))
    check_hyperparameters(recipe, dict(recipe.tiny))
    check_hyperparameters(recipe, {**recipe.defaults, **recipe.space.defaults})


@pytest.mark.parametrize("recipe", RECIPES, ids=IDS)
def test_the_defaults_are_a_point_of_the_space(recipe):
    assert point_in(recipe.space, recipe.defaults), "the first trial of a search is the default"


@pytest.mark.parametrize("recipe", RECIPES, ids=IDS)
def test_tiny_mode_is_shorter(recipe):
    whole, _ = split_parameters(recipe.defaults)
    tiny, _ = split_parameters({**recipe.defaults, **recipe.tiny})
    assert tiny.epochs <= min(whole.epochs, 5)
