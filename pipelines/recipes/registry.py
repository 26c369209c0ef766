"""Finds recipes: every module of this package that defines `RECIPE`.

Modules whose names begin with an underscore hold what several recipes share.
"""

from __future__ import annotations

import importlib
import pkgutil

import pipelines.recipes as package
from cookbook._names import unknown_name
from pipelines.recipes.recipe import Recipe

_NOT_RECIPES = {"recipe", "record", "registry"}


def recipe_names() -> list[str]:
    """Names of all recipes, sorted; reads file names only.

    Example:
        >>> "digits-cnn" in recipe_names()
        True
    """
    modules = (module.name for module in pkgutil.iter_modules(package.__path__))
    recipes = (name for name in modules if name not in _NOT_RECIPES and name[0] != "_")
    return sorted(name.replace("_", "-") for name in recipes)


def load_recipe(name: str) -> Recipe:
    """Loads one recipe without importing Keras.

    Args:
        name: Name as `cookbook recipes` lists it.

    Returns:
        The recipe.

    Raises:
        ValueError: If there is no such recipe.

    Example:
        >>> load_recipe("digits-cnn").dataset
        'digits'
    """
    if name not in recipe_names():
        raise ValueError(unknown_name("recipe", name, recipe_names()))
    module = importlib.import_module(f"pipelines.recipes.{name.replace('-', '_')}")
    recipe: Recipe = module.RECIPE
    return recipe


def all_recipes() -> list[Recipe]:
    """Every recipe, sorted by name."""
    return [load_recipe(name) for name in recipe_names()]
