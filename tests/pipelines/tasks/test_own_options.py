"""Hyperparameters of a task alone: each has a row, and no row is a builder's argument."""

from __future__ import annotations

import pytest

from pipelines.hyperparameters.arguments import check_arguments
from pipelines.hyperparameters.options import argument_names
from pipelines.recipes.registry import all_recipes, load_recipe
from pipelines.tasks.own_options import OWN_OPTIONS, check_own_options
from pipelines.tasks.registry import TASKS, task_entry
from pipelines.training.checks import check_hyperparameters


def test_every_option_of_a_task_has_a_row():
    named = frozenset().union(*(entry.load().extra_names for entry in TASKS.values()))
    assert named == {"class_weight", *OWN_OPTIONS}


@pytest.mark.parametrize("recipe", all_recipes(), ids=lambda recipe: recipe.name)
def test_defaults_and_spaces_of_recipes_are_allowed(recipe):
    named = frozenset().union(*(task_entry(name).load().extra_names for name in recipe.tasks))
    # A builder may take it, too, and means the same.
    assert argument_names(recipe.builder) & OWN_OPTIONS.keys() <= named | {"unroll"}
    check_own_options(recipe.defaults)
    check_arguments(recipe.defaults | recipe.tiny, recipe.builder)
    for name, dimension in recipe.space.dimensions.items():
        for value in dimension.values or ():
            check_own_options({name: value})
            check_arguments({name: value}, recipe.builder)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"class_weight": {"yes": -1}}, "finite number of at least 0"),
        ({"max_vocabulary": "none"}, "`max_vocabulary` is a whole number"),
        ({"lowercase": "no"}, "`lowercase` is true or false"),
        ({"target_outliers": "iqrr"}, "Did you mean 'iqr'"),
        ({"beta_1": 1.0}, "`0 <= beta_1 < 1` must hold"),
    ],
)
def test_wrong_values_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        check_own_options(params)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"batch_norm": "no"}, r"`batch_norm` is true or false\. Got batch_norm='no'\."),
        ({"widths": "wide"}, r"`widths` is a list, each a whole number\."),
        ({"widths": [True]}, "each a whole number"),
        ({"dropout": float("nan")}, "`dropout` is a number"),
        ({"seed": 1.5}, "`seed` is a whole number or null"),
        ({"activation": 3}, "`activation` is a text or a function"),
    ],
)
def test_arguments_of_a_builder_are_of_its_types(params, message):
    with pytest.raises(ValueError, match=message):
        check_arguments(params, "cookbook.models.dense:mlp")


def test_images_alone_are_augmented():
    for params in ({"augment": "flip"}, {"standardize": True}):
        with pytest.raises(ValueError, match="is for images, and the task table-classification"):
            check_hyperparameters(load_recipe("wine-mlp"), params)


def test_what_may_be_left_out_is_switched_off():
    check_own_options({"stop_words": "none", "max_length": None, "target_transform": ""})
