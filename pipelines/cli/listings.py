"""`cookbook recipes`, `cookbook show` and `cookbook models`: what there is."""

from __future__ import annotations

from typing import Any

import click

from pipelines.cli.output import format_value, json_option, print_listing, print_result


@click.command()
@json_option
def recipes(*, as_json: bool) -> None:
    """List the recipes."""
    from pipelines.recipes.registry import all_recipes

    rows = [
        {
            "name": recipe.name,
            "summary": recipe.summary,
            "task": recipe.task,
            "dataset": recipe.dataset,
            "metric": recipe.metric,
            "direction": recipe.direction,
            "hyperparameters": sorted(recipe.space.dimensions),
            "fits_in": recipe.fits_in,
        }
        for recipe in all_recipes()
    ]
    print_listing(rows, ("name", "summary", "dataset", "metric"), as_json=as_json)


@click.command()
@click.argument("recipe")
@json_option
def show(recipe: str, *, as_json: bool) -> None:
    """Show one recipe: defaults, search space, expected results."""
    from pipelines.recipes.registry import load_recipe

    found = load_recipe(recipe)
    facts: dict[str, Any] = {
        "name": found.name,
        "summary": found.summary,
        "task": found.task,
        "dataset": found.dataset,
        "builder": found.builder,
        "metric": found.metric,
        "direction": found.direction,
        "source": found.source,
        "cost": found.fits_in,
        "defaults": dict(found.defaults),
        "space": found.space.to_dict(),
        "expected": [vars(result) for result in found.expected],
    }
    if as_json:
        print_result(facts)
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for name in ("name", "summary", "task", "dataset", "builder", "metric", "source", "cost"):
        console.print(f"[bold]{name:<8}[/] {facts[name]}", highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False, title_justify="left")
    for column in ("hyperparameter", "default", "searched in"):
        table.add_column(column)
    for name in sorted({*found.defaults, *found.space.dimensions}):
        searched = str(found.space[name]) if name in found.space else ""
        table.add_row(name, format_value(found.defaults.get(name)), searched)
    console.print()
    console.print(table)
    for result in found.expected:
        console.print(
            f"\nmeasured: {result.metric} {result.value:.4f} ± {result.spread:.4f} "
            f"({result.runs} runs, {result.seconds:.0f} s each, {result.hardware})",
            highlight=False,
        )


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
