"""The table of all recipes in `docs/recipes.md`, written from the recipes themselves.

`python -m pipelines.recipes.table` writes it anew; a test holds it against the file.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.recipes.recipe import Recipe
from pipelines.recipes.record import record_of
from pipelines.recipes.registry import all_recipes

BEGIN, END = "<!-- recipes -->", "<!-- end of recipes -->"
_COLUMNS = ("recipe", "what it trains", "data", "searched by", "epochs", "measured", "source")


def recipe_table() -> str:
    """All recipes as a Markdown table, sorted by name; imports no Keras.

    Example:
        >>> recipe_table().splitlines()[0]
        '| recipe | what it trains | data | searched by | epochs | measured | source |'
    """
    rows = [_COLUMNS, tuple("---" for _ in _COLUMNS), *map(_row, all_recipes())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write_table(page: Path) -> None:
    """Replaces the table of a page, between its two marks.

    Args:
        page: A Markdown file with the marks `BEGIN` and `END` on lines of their own.

    Raises:
        ValueError: If a mark is missing.
    """
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} must hold the lines {BEGIN!r} and {END!r}.")
    page.write_text(f"{before}{BEGIN}\n{recipe_table()}\n{END}{after}", encoding="utf-8")


def _row(recipe: Recipe) -> tuple[str, ...]:
    best = "most" if recipe.direction == "maximize" else "least"
    return (
        f"`{recipe.name}`",
        recipe.summary,
        f"`{recipe.dataset}`",
        f"{best} `{recipe.metric}` over {len(recipe.space.dimensions)} hyperparameters",
        str(recipe.defaults["epochs"]),
        _measured(recipe),
        recipe.source,
    )


def _measured(recipe: Recipe) -> str:
    record = record_of(recipe.name)
    return recipe.fits_in if record is None else record.line(recipe.metric)


if __name__ == "__main__":
    write_table(Path(__file__).parents[2] / "docs" / "recipes.md")
