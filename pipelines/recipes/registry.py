"""Finds recipes: every module of `pipelines.recipes.catalog` defines one `RECIPE`."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Sequence

from pipelines.recipes import catalog
from pipelines.recipes.recipe import Recipe

_NEAR = 4  # names that are suggested


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
        ValueError: If there is no such recipe, or it is no name.

    Example:
        >>> load_recipe("digits-cnn").dataset
        'digits'
    """
    if not isinstance(name, str):
        raise ValueError(
            f"A recipe is given by its name. Got {type(name).__name__}: `cookbook recipes` lists "
            "them; models of your own are for `tune(build, data)` with a function build(hp)."
        )
    if name not in recipe_names():
        raise ValueError(unknown_recipe(name, recipe_names()))
    module = importlib.import_module(f"{catalog.__name__}.{name.replace('-', '_')}")
    recipe: Recipe = module.RECIPE
    return recipe


def unknown_recipe(name: str, known: Sequence[str]) -> str:
    """Says that there is no such recipe, which are near, and how the others are listed.

    Args:
        name: What was given.
        known: The names that exist.

    Example:
        >>> unknown_recipe("digit-mlp", ["digits-cnn", "digits-mlp", "wine-mlp"])
        "No recipe named 'digit-mlp'. Did you mean 'digits-mlp'? `cookbook recipes` lists all 3."
        >>> unknown_recipe("cnn", ["digits-cnn", "mnist-cnn", "wine-mlp"]).partition("? ")[0]
        "No recipe named 'cnn'. Did you mean 'digits-cnn' or 'mnist-cnn'"
    """
    near = difflib.get_close_matches(name, known, n=_NEAR, cutoff=0.75)
    words = [word.rstrip("0123456789") for word in name.lower().split("-")]
    related = [one for one in known if any(word in one for word in words if len(word) > 2)]
    near = near or sorted(related, key=lambda one: not one.startswith(words[0]))[:_NEAR]
    *first, last = map(repr, near or [""])
    meant = f"{', '.join(first)} or {last}" if first else last
    hint = f" Did you mean {meant}?" if near else ""
    return f"No recipe named {name!r}.{hint} `cookbook recipes` lists all {len(known)}."


def all_recipes() -> list[Recipe]:
    """Every recipe, sorted by name."""
    return [load_recipe(name) for name in recipe_names()]
