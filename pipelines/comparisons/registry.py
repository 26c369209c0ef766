"""Finds comparisons: every module of the catalog, which defines `COMPARISON`."""

from __future__ import annotations

import importlib
import pkgutil

import pipelines.comparisons.catalog as package
from cookbook._names import unknown_name
from pipelines.comparisons.comparison import Comparison

_PREFIX = "compare-"


def comparison_names() -> list[str]:
    """Names of all comparisons, sorted; reads file names only.

    Example:
        >>> "compare-activations" in comparison_names()
        True
    """
    modules = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(_PREFIX + name.replace("_", "-") for name in modules if name[0] != "_")


def load_comparison(name: str) -> Comparison:
    """Loads one comparison without importing Keras.

    Args:
        name: Name as `cookbook recipes` lists it.

    Returns:
        The comparison.

    Raises:
        ValueError: If there is no such comparison.

    Example:
        >>> load_comparison("compare-activations").parts[0].recipe
        'digits-mlp'
    """
    if name not in comparison_names():
        raise ValueError(unknown_name("comparison", name, comparison_names()))
    file = name.removeprefix(_PREFIX).replace("-", "_")
    module = importlib.import_module(f"{package.__name__}.{file}")
    comparison: Comparison = module.COMPARISON
    return comparison


def all_comparisons() -> list[Comparison]:
    """Every comparison, sorted by name."""
    return [load_comparison(name) for name in comparison_names()]
