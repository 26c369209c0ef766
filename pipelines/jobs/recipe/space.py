"""What a job searches of a recipe: the recipe's space, with other ranges and more dimensions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pipelines.hyperparameters.families import family_of
from pipelines.hyperparameters.options import default_values
from pipelines.recipes.recipe import Recipe
from pipelines.training.checks import check_hyperparameters
from tuning import Float, Int, Space
from tuning.space.dimensions import Dimension
from tuning.space.forms import dimension_from


def with_space(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Changes what is searched of a recipe.

    Args:
        recipe: The recipe.
        changes: Names to dimensions, in their plain form or not. A name of the recipe's space
            gets another range; any other hyperparameter of the training or the builder joins
            the space, and what the recipe does without it joins the recipe's defaults.

    Returns:
        The recipe with another space.

    Raises:
        ValueError: If a name or value is none of the recipe's, or `epochs` is searched.

    Example:
        >>> from pipelines.recipes.registry import load_recipe
        >>> recipe = with_space(load_recipe("digits-mlp"), {"ema": {"float": [0.0, 0.99]}})
        >>> recipe.space["ema"].to_dict(), recipe.defaults["ema"]
        ({'float': [0.0, 0.99]}, 0.0)
    """
    given = {name: dimension_from(name, change) for name, change in changes.items()}
    _check(recipe, given)
    added = {name: d for name, d in given.items() if name not in recipe.space}
    changed = {name: d for name, d in given.items() if name in recipe.space}
    space = Space({**recipe.space.override(changed).dimensions, **added})
    unset = [name for name in added if name not in recipe.defaults]
    known = recipe.defaults
    defaults = {**known, **default_values(recipe.builder, unset, known)}
    return dataclasses.replace(recipe, space=space, defaults=defaults)


def _check(recipe: Recipe, given: Mapping[str, Dimension]) -> None:
    if "epochs" in given:
        raise ValueError(
            "`epochs` is the budget of a trial, which the pruner divides; it is not searched. "
            f"Got it in `space` as {given['epochs'].to_dict()}: write `epochs: N` in the job."
        )
    for name, dimension in given.items():
        for value in _extremes(dimension):
            for member in _members(name, {**recipe.space.dimensions, **given}):
                check_hyperparameters(recipe, {**member, name: value})


def _members(name: str, space: Mapping[str, Dimension]) -> list[dict[str, Any]]:
    """With which losses, optimizers or schedules a parameter of them is searched."""
    family = family_of(name)
    if family is None or family not in space:
        return [{}]
    allowed = space[name].conditions().get(family, _extremes(space[family]))
    return [{family: member} for member in allowed]


def _extremes(dimension: Dimension) -> list[Any]:
    """Values that break every law which a value of the dimension breaks."""
    if isinstance(dimension, Int | Float):
        return [dimension.low, dimension.high]
    return dimension.values or []
