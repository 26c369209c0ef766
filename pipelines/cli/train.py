"""`cookbook train`: one training of a recipe, or the trainings of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import parse_data, parse_settings, run_options, store_options
from pipelines.cli.output import json_option, print_result
from pipelines.cli.wording import with_data_options


@click.command()
@click.argument("recipe")
@run_options
@click.option("--seeds", type=click.IntRange(min=1), help="Comparisons: trainings of each arm; 5.")
@click.option("--name", help="Name of the run, in lists and in MLflow; the recipe and settings.")
@store_options
@click.option("--tracking-uri", envvar="MLFLOW_TRACKING_URI", help="MLflow store or server.")
@json_option
def train(
    recipe: str,
    settings: tuple[str, ...],
    epochs: int | None,
    *,
    data_path: str | None,
    target: str | None,
    sample_weights: str | None,
    data_options: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Train RECIPE once and log the model, or run a comparison and log its table."""
    from pipelines.comparisons.registry import comparison_names
    from pipelines.recipes.registry import recipe_names, unknown_recipe

    params = parse_settings(settings) | ({"epochs": epochs} if epochs else {})
    given = {name: value for name, value in options.items() if value is not None}
    data = parse_data(data_path, target, data_options, sample_weights=sample_weights)
    if recipe in comparison_names():
        if "name" in given:
            raise click.UsageError("A comparison is many runs. Got --name: it is for trainings.")
        if data:
            raise click.UsageError(
                f"A comparison runs on its own recipes' data. Got {', '.join(data)}: leave it "
                "out, or train a recipe on your data."
            )
        _compare({"comparison": recipe, "params": params, **given}, as_json=as_json)
        return
    if recipe not in recipe_names():
        known = [*recipe_names(), *comparison_names()]
        raise click.UsageError(unknown_recipe(recipe, known))
    if "seeds" in given:
        raise click.UsageError(f"--seeds is for comparisons. For {recipe} use --seed.")
    _train({"recipe": recipe, "params": params, "data": data, **given}, as_json=as_json)


def _train(arguments: Mapping[str, Any], *, as_json: bool) -> None:
    from pipelines.cli.progress import print_summary
    from pipelines.training.progress import EpochProgress
    from pipelines.training.run import TrainRequest, train_request

    request = TrainRequest(**arguments)
    _check_stores(request.root, request.tracking_uri)
    try:
        with EpochProgress(request, wording=with_data_options) as progress:
            result = train_request(
                request,
                on_start=progress.start,
                on_epoch=progress.update,
                on_steps=progress.step,
            )
    except KeyboardInterrupt:
        click.echo(
            "Interrupted. The same command goes on behind the last epoch that ended.", err=True
        )
        raise click.exceptions.Exit(130) from None
    if as_json:
        print_result(result.to_dict())
        return
    print_summary(result)


def _compare(arguments: Mapping[str, Any], *, as_json: bool) -> None:
    from pipelines.cli.comparing import ComparisonProgress
    from pipelines.comparisons.registry import load_comparison
    from pipelines.comparisons.request import ComparisonRequest
    from pipelines.comparisons.run import compare

    request = ComparisonRequest(**arguments)
    request.check(load_comparison(request.comparison))
    _check_stores(request.root, request.tracking_uri)
    with ComparisonProgress() as progress:
        result = compare(request, on_training=progress.update)
    if as_json:
        print_result(result.to_dict())
        return
    progress.summary(result)


def _check_stores(root: Path, tracking_uri: str | None) -> None:
    """Refuses before the first epoch what could not be recorded after the last one."""
    from pipelines.health import check_folder
    from tuning.tracking.locations import check_tracking_uri

    found = check_folder(root)
    if found.status == "wrong":
        raise click.UsageError(f"Runs are recorded below {root}. {found.found}: {found.advice}")
    if tracking_uri is not None:
        check_tracking_uri(tracking_uri)
