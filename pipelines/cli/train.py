"""`cookbook train`: one training of a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import parse_settings, run_options, store_options
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
    as_json: bool,
    **options: Any,
) -> None:
    """Train RECIPE once and log the model."""
    from pipelines.training.run import TrainRequest, train

    params = parse_settings(settings) | ({"epochs": epochs} if epochs else {})
    request = TrainRequest(recipe=recipe, params=params, **options)
    request.check()
    from pipelines.cli.progress import EpochProgress

    with EpochProgress(quiet=as_json) as progress:
        result = train(request, on_epoch=progress.update)
    if as_json:
        print_result(result.to_dict())
        return
    progress.summary(result)
