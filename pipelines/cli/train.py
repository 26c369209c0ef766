"""`cookbook train`: one training of a recipe."""

from __future__ import annotations

from typing import Any

import click

from pipelines.cli.options import parse_data, parse_settings, run_options, store_options
from pipelines.cli.output import json_option, print_result


@click.command()
@click.argument("recipe")
@run_options
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
    data_options: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Train RECIPE once and log the model."""
    from pipelines.training.run import TrainRequest, check_hyperparameters, train_request

    params = parse_settings(settings) | ({"epochs": epochs} if epochs else {})
    given = {name: value for name, value in options.items() if value is not None}
    data = parse_data(data_path, target, data_options)
    request = TrainRequest(recipe=recipe, params=params, data=data, **given)
    check_hyperparameters(request.load_recipe(), params)
    from pipelines.cli.progress import EpochProgress

    with EpochProgress(quiet=as_json) as progress:
        result = train_request(request, on_epoch=progress.update)
    if as_json:
        print_result(result.to_dict())
        return
    progress.summary(result)
