"""The table of all recipes in `docs/recipes.md`, written from the recipes themselves."""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from pipelines.recipes.record import record_of
from pipelines.recipes.registry import all_recipes

_COLUMNS = ("recipe", "what it trains", "data", "searched by", "epochs", "measured", "source")


def recipe_table() -> str:
    """All recipes as a Markdown table, sorted by name; imports no Keras.

    Example:
        >>> recipe_table().splitlines()[0]
        '| recipe | what it trains | data | searched by | epochs | measured | source |'
    """
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS), *map(_row, all_recipes())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(recipe: Recipe) -> tuple[str, ...]:
    best = "most" if recipe.direction == "maximize" else "least"
    return (
        f"[`{recipe.name}`](recipes/{recipe.name}.md)",
        recipe.summary,
        _data(recipe),
        f"{best} `{recipe.metric}` over {len(recipe.space.dimensions)} hyperparameters",
        str(recipe.defaults["epochs"]),
        _measured(recipe),
        recipe.source,
    )


def _data(recipe: Recipe) -> str:
    """The dataset, and which of its forms the measured results are of."""
    record = record_of(recipe.name)
    form = f" ({record.data})" if record is not None and record.data else ""
    return f"`{recipe.dataset}`{form}"


def _measured(recipe: Recipe) -> str:
    record = record_of(recipe.name)
    return recipe.fits_in if record is None else record.line(recipe.metric)
