"""The values that were tried on validation rows because a source does not state them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.formatting import format_value
from pipelines.recipes.recipe import Recipe

FOLDER = Path(__file__).resolve().parents[1] / "results" / "unstated"


def tried_file(recipe: str) -> Path:
    """Where `benchmarks.unstated` keeps what it tried.

    Args:
        recipe: Name of the recipe.
    """
    return FOLDER / f"{recipe}.json"


def tried_values(recipe: str) -> list[Mapping[str, Any]]:
    """What was tried, in order: `values`, `seed`, the validation metric of every epoch.

    Args:
        recipe: Name of the recipe.
    """
    file = tried_file(recipe)
    found: list[Mapping[str, Any]] = json.loads(file.read_text("utf-8")) if file.exists() else []
    return found


def tried_rows(recipe: Recipe) -> list[Sequence[str]]:
    """One line for each training: values, epochs, the best one, the metric there and at the end.

    Args:
        recipe: Whose metric decides.
    """
    best = max if recipe.direction == "maximize" else min
    rows: list[Sequence[str]] = []
    for tried in tried_values(recipe.name):
        course: list[float] = tried[recipe.metric]
        values = ", ".join(f"{name}={format_value(v)}" for name, v in tried["values"].items())
        reached = best(course)
        at = str(course.index(reached) + 1)
        rows.append((values, str(len(course)), at, f"{reached:.4f}", f"{course[-1]:.4f}"))
    return rows
