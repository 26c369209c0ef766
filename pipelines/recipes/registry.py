"""Finds recipes: every module of `pipelines.recipes.catalog` defines one `RECIPE`."""

from __future__ import annotations

import importlib
import pkgutil

from cookbook._names import unknown_name
from pipelines.recipes import catalog
from pipelines.recipes.recipe import Recipe


def recipe_names() -> list[str]:
    """Names of all recipes, sorted; reads file names only.

    Example:
        >>> "digits-cnn" in recipe_names()
        True
    """
    modules = pkgutil.iter_modules(catalog.__path__)
    return sorted(module.name.replace("_", "-") for module in modules)


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
    module = importlib.import_module(f"{catalog.__name__}.{name.replace('-', '_')}")
    recipe: Recipe = module.RECIPE
    return recipe


def all_recipes() -> list[Recipe]:
    """Every recipe, sorted by name."""
    return [load_recipe(name) for name in recipe_names()]
