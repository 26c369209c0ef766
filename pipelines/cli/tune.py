"""`cookbook tune`: search the hyperparameters of a recipe, or run a job file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import parse_settings, run_options, store_options
from pipelines.cli.output import json_option, print_result


@click.command()
@click.argument("target", metavar="RECIPE|JOB.yaml")
@click.option("--trials", type=click.IntRange(min=1), help="Trials the study has in the end.")
@click.option("--strategy", help="grid, random, qmc, bayesian, gp, tpe, genetic or cmaes.")
@click.option("--pruner", help="none, median, halving or hyperband.")
@click.option("--study", help="Name of the study; the same name continues the same study.")
@click.option("--storage", envvar="COOKBOOK_STORAGE", help="Database URL of the study store.")
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes; one per core.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads of each worker; one.")
@click.option("--timeout", type=float, help="Seconds for the whole search.")
@click.option("--trial-timeout", type=float, help="Seconds for one trial.")
@click.option("--tracking-uri", envvar="MLFLOW_TRACKING_URI", help="MLflow store or server.")
@run_options
@store_options
@json_option
def tune(
    target: str, *, root: Path, settings: tuple[str, ...], as_json: bool, **options: Any
) -> None:
    """Search the hyperparameters of RECIPE, or run the job of a YAML file.

    Interrupt it at any moment; the same command goes on where it stopped.
    """
    from pipelines.tuning_jobs.api import plan_job, run_job
    from pipelines.tuning_jobs.request import tune_request

    given = {name: value for name, value in options.items() if value not in (None, False)}
    request = tune_request(target, set=parse_settings(settings), root=root, **given)
    plan = plan_job(request)
    from pipelines.cli.search_progress import SearchProgress, print_summary

    with SearchProgress(quiet=as_json) as progress:
        result = run_job(plan, on_progress=progress.update, on_note=progress.note)
    if as_json:
        print_result(result.to_dict())
        return
    print_summary(result)
