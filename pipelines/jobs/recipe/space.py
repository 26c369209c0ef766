"""What a job searches of a recipe: the recipe's space, with other ranges and more dimensions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.hyperparameters.families import family_of, member_parameters
from pipelines.hyperparameters.options import default_values
from pipelines.recipes.recipe import Recipe
from pipelines.training.checks import check_hyperparameters
from tuning import Float, Int, Space
from tuning.space.dimensions import Dimension, Fixed
from tuning.space.forms import dimension_from


def with_space(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Changes what is searched of a recipe.

    Args:
        recipe: The recipe.
        changes: Names to dimensions, in their plain form or not. A name of the recipe's space
            gets another range; any other hyperparameter of the training or the builder joins
            the space, and what the recipe does without it joins the recipe's defaults. A
            parameter of some of the losses, optimizers or schedules that are searched, such as
            `loss.delta`, is searched with these alone.

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
    whole = {**recipe.space.dimensions, **given}
    given = {name: _conditional(name, dimension, whole) for name, dimension in given.items()}
    _check(recipe, given)
    added = {name: d for name, d in given.items() if name not in recipe.space}
    changed = {name: d for name, d in given.items() if name in recipe.space}
    space = Space({**recipe.space.override(changed).dimensions, **added})
    unset = [name for name in added if name not in recipe.defaults]
    known = recipe.defaults
    found = default_values(recipe.builder, unset, known)
    defaults = {**_without(added), **found, **known}
    return dataclasses.replace(recipe, space=space, defaults=defaults)


def _without(added: Mapping[str, Dimension]) -> dict[str, str]:
    """What a task does without a hyperparameter of its own, where it may be left out."""
    return {name: "none" for name, one in added.items() if one.contains("none")}


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


def _conditional(name: str, dimension: Dimension, space: Mapping[str, Dimension]) -> Dimension:
    """A parameter of some of the losses that are searched exists only with them."""
    family = family_of(name)
    if family is None or family not in space or family in dimension.conditions():
        return dimension
    parameter = name.partition(".")[2]
    members = _extremes(space[family])
    having = [member for member in members if parameter in member_parameters(family, member)]
    if not having or having == members:
        return dimension
    return dataclasses.replace(dimension, when={**(dimension.when or {}), family: having})


def without_fixed(space: Space, fixed: Mapping[str, Any]) -> Space:
    """The space without what is fixed, and without what exists only beside other values.

    Args:
        space: What would be searched.
        fixed: Hyperparameters with one value.

    Example:
        >>> from tuning import Choice
        >>> momentum = Float(0.0, 0.9, when={"optimizer": "sgd"})
        >>> space = Space({"optimizer": Choice(["adam", "sgd"]), "momentum": momentum})
        >>> list(without_fixed(space, {"optimizer": "adam"}).dimensions)
        []
        >>> without_fixed(space, {"optimizer": "sgd"}).to_dict()
        {'momentum': {'float': [0.0, 0.9]}}
    """
    kept = {}
    for name, dimension in space.dimensions.items():
        conditions = dimension.conditions()
        excluded = any(not _is_one_of(conditions[p], fixed[p]) for p in conditions if p in fixed)
        if name not in fixed and not excluded:
            open_ones = {p: list(values) for p, values in conditions.items() if p not in fixed}
            kept[name] = dataclasses.replace(dimension, when=open_ones or None)
    return Space(kept)


def _is_one_of(values: Sequence[Any], value: Any) -> bool:
    """Whether a value is one of a condition's: 1 is 1.0, but neither True nor "1"."""
    return any(Fixed(one).contains(value) for one in values)


def _members(name: str, space: Mapping[str, Dimension]) -> list[dict[str, Any]]:
    """With which losses, optimizers or schedules a parameter of them is searched."""
    family = family_of(name)
    if family is None or family not in space:
        return [{}]
    allowed = space[name].conditions().get(family, _extremes(space[family]))
    return [{family: member} for member in allowed]


def _extremes(dimension: Dimension) -> list[Any]:
    """Values that break every rule which a value of the dimension breaks."""
    if isinstance(dimension, Int | Float):
        return [dimension.low, dimension.high]
    return list(dimension.values or ())
