"""`cookbook recipes`, `show`, `models` and `reproduce`: the listings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.output import json_option, make_table, next_steps, print_listing, print_result
from pipelines.formatting import format_value

if TYPE_CHECKING:
    from pipelines.comparisons.comparison import Comparison
    from pipelines.recipes.recipe import Recipe
    from tuning.space.dimensions import Dimension

OWN = "Your own data (--data FILE or FOLDER)"
QUICK = "Nothing to download"
COMPARISONS = "Comparisons over seeds"
PUBLIC = "Public datasets (cookbook data get NAME)"


@click.command()
@json_option
def recipes(*, as_json: bool) -> None:
    """List recipes and comparisons: those for your own data first."""
    from pipelines.comparisons.registry import all_comparisons
    from pipelines.recipes.registry import all_recipes

    rows = [
        {
            "name": recipe.name,
            "kind": "recipe",
            "group": _group(recipe),
            "summary": recipe.summary,
            "task": " or ".join(recipe.tasks),
            "dataset": recipe.dataset,
            "metric": recipe.metric,
            "direction": recipe.direction,
            "hyperparameters": sorted(recipe.space.dimensions),
            "fits_in": recipe.fits_in,
        }
        for recipe in all_recipes()
    ]
    rows += [_comparison_row(comparison) for comparison in all_comparisons()]
    if as_json:
        print_listing(rows, (), as_json=True)
        return
    for group in (OWN, QUICK, COMPARISONS, PUBLIC):
        click.secho(group, bold=True)
        print_listing(
            [row for row in rows if row["group"] == group],
            ("name", "summary", "dataset", "metric"),
            as_json=False,
        )
        click.echo()
    next_steps("cookbook show RECIPE", "cookbook train RECIPE", "cookbook tune RECIPE")


def _group(recipe: Recipe) -> str:
    from pipelines.datasets.registry import entry

    data = entry(recipe.dataset)
    if data.is_own:
        return OWN
    return QUICK if data.folder is None else PUBLIC


def _data_arguments(recipe: Recipe) -> str:
    """What a command on the recipe has to say about the data."""
    from pipelines.datasets.registry import entry, needed_options

    if not entry(recipe.dataset).is_own:
        return ""
    target = " --target COLUMN" if "target" in needed_options(recipe.dataset) else ""
    return f" --data PATH{target}"


def _comparison_row(comparison: Comparison) -> dict[str, Any]:
    parts = comparison.parts
    bases = [part.base() for part in parts]

    def joined(values: list[str]) -> str:
        return ", ".join(dict.fromkeys(values))

    return {
        "name": comparison.name,
        "kind": "comparison",
        "group": COMPARISONS,
        "summary": comparison.summary,
        "task": joined([base.task for base in bases]),
        "dataset": joined([base.dataset for base in bases]),
        "metric": joined([part.metric for part in parts]),
        "direction": joined([part.direction for part in parts]),
        "hyperparameters": sorted({name for part in parts for name in part.varied}),
        "fits_in": comparison.fits_in,
    }


@click.command()
@click.argument("recipe")
@json_option
def show(recipe: str, *, as_json: bool) -> None:
    """Show a recipe: defaults, search space, results.

    RECIPE may be a comparison: its question and arms are shown.
    """
    from pipelines.comparisons.registry import comparison_names, load_comparison
    from pipelines.recipes.record import record_of
    from pipelines.recipes.registry import load_recipe, recipe_names, unknown_recipe

    if recipe in comparison_names():
        _show_comparison(load_comparison(recipe), as_json=as_json)
        return
    if recipe not in recipe_names():
        known = [*recipe_names(), *comparison_names()]
        raise click.UsageError(unknown_recipe(recipe, known))
    found, record = load_recipe(recipe), record_of(recipe)
    fields: dict[str, Any] = {
        "name": found.name,
        "summary": found.summary,
        "task": " or ".join(found.tasks),
        "dataset": found.dataset,
        "builder": found.builder,
        "metric": found.metric,
        "direction": found.direction,
        "source": found.source,
        "cost": found.fits_in,
        "defaults": dict(found.defaults),
        "space": found.space.to_dict(),
        "measured": None if record is None else vars(record),
        "behind_baseline": found.behind_baseline,
    }
    if as_json:
        print_result(fields)
        return
    from rich.console import Console

    console = Console()
    for name in ("name", "summary", "task", "dataset", "builder", "metric", "source", "cost"):
        console.print(f"[bold]{name:<8}[/] {fields[name]}", highlight=False)
    columns = ("hyperparameter", "default", "searched in")
    lines = [
        [
            name,
            format_value(found.defaults.get(name)),
            _as_in_a_job(found.space[name]) if name in found.space else "",
        ]
        for name in sorted({*found.defaults, *found.space.dimensions})
    ]
    console.print()
    console.print(make_table(columns, lines, wrapping=columns))
    if record is not None:
        console.print(f"\nmeasured: {record.line(found.metric)}", highlight=False)
        if found.behind_baseline:
            console.print(f"behind the simple method: {found.behind_baseline}", highlight=False)
        console.print(f"command: {record.command}", highlight=False)
    given = _data_arguments(found)
    next_steps(f"cookbook train {recipe}{given}", f"cookbook tune {recipe}{given}")


def _as_in_a_job(dimension: Dimension) -> str:
    """A dimension in the form that `space` of a job takes, so that it can be copied."""
    import yaml

    text = yaml.safe_dump(
        dimension.to_dict(), default_flow_style=True, sort_keys=False, width=math.inf
    )
    return text.strip()


def _show_comparison(comparison: Comparison, *, as_json: bool) -> None:
    from pipelines.cli.comparing import print_comparison

    if not as_json:
        print_comparison(comparison)
        next_steps(f"cookbook train {comparison.name}", "cookbook recipes")
        return
    parts = [
        {
            **{name: getattr(part, name) for name in ("title", "recipe", "metric", "direction")},
            "fixed": dict(part.fixed),
            "rows": part.rows,
            "arms": {arm: dict(params) for arm, params in part.arms.items()},
            "learning_rates": dict(part.learning_rates),
        }
        for part in comparison.parts
    ]
    fields = {name: getattr(comparison, name) for name in ("name", "summary", "question", "source")}
    print_result({**fields, "kind": "comparison", "cost": comparison.fits_in, "parts": parts})


@click.command()
@json_option
def models(*, as_json: bool) -> None:
    """List the models with their parameter counts."""
    from cookbook.models.catalog import MODELS

    rows = [
        {
            "name": entry.name,
            "trainable": entry.trainable,
            "total": entry.total,
            "torch_trainable": entry.torch_trainable,
            "summary": entry.summary,
            "source": entry.source,
            "builder": entry.builder,
            "reference": dict(entry.reference),
        }
        for entry in MODELS.values()
    ]
    print_listing(rows, ("name", "trainable", "total", "summary"), as_json=as_json)
    if not as_json:
        next_steps("cookbook recipes", "cookbook show RECIPE")


@click.command()
@click.option("--list", "listed", is_flag=True, help="List every figure, also undecided ones.")
@json_option
def reproduce(*, listed: bool, as_json: bool) -> None:
    """Compare the figures of the sources with measured ones.

    Verdicts: reproduced, beaten, below, refuted; undecided are other hardware, other network,
    needs a GPU, not run. Below the table stands why a figure is below the source's, or refuted,
    and what undecided means. The JSON output has the record and the command of each measurement.
    """
    from pipelines.recipes.reproduction import UNDECIDED, UNMET, count_verdicts
    from pipelines.recipes.reproduction import reproduce as reproductions

    found = reproductions()
    rows = [one.to_dict() for one in found]
    if not listed and not as_json:
        rows = [row for row in rows if row["verdict"] not in UNDECIDED]
    columns = ("name", "reported", "ours", "spread", "unit", "verdict", "seeds", "seconds")
    print_listing(rows, columns, as_json=as_json)
    if not as_json:
        for row in rows:
            if row["verdict"] in UNMET:
                click.echo(f"{row['name']} is {row['verdict']}: {row['note']}.")
        counts = count_verdicts(found)
        for verdict, why in UNDECIDED.items():
            if counts[verdict]:
                click.echo(f"{verdict}: {why}.")
        click.echo(", ".join(f"{number} {verdict}" for verdict, number in counts.items()))
        next_steps("cookbook show RECIPE", "cookbook train RECIPE")
