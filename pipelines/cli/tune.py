"""`cookbook tune`: search the hyperparameters of a recipe, or run a job file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from pipelines.cli.job import pruner_note
from pipelines.cli.options import (
    parse_data,
    parse_settings,
    pool_options,
    run_options,
    store_options,
)
from pipelines.cli.output import json_option, next_steps, print_result
from pipelines.cli.wording import with_data_options
from tuning.strategies import PRUNERS, STRATEGIES


@click.command()
@click.argument("job", metavar="RECIPE|JOB.yaml")
@click.option("--trials", type=click.IntRange(min=1), help="Trials the study has in the end.")
@click.option(
    "--strategy",
    help=f"One of {', '.join(STRATEGIES)}; hybrid by default.",
)
@click.option(
    "--objective",
    "--metric",
    multiple=True,
    help="Metric to improve, as val_f1_macro; several search a Pareto front.",
)
@click.option("--pruner", help=f"One of {', '.join(PRUNERS)}.")
@click.option(
    "--study", "--name", "study", help="Name of the study; the same name continues the same study."
)
@click.option("--storage", envvar="COOKBOOK_STORAGE", help="Database URL of the study store.")
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes; one per core.")
@pool_options
@click.option("--timeout", help="Time for the whole search, as 90s, 10min or 2h.")
@click.option("--trial-timeout", help="Time for one trial.")
@click.option("--tracking-uri", "tracking", envvar="MLFLOW_TRACKING_URI", help="MLflow server.")
@run_options
@store_options
@json_option
def tune(
    job: str,
    *,
    root: Path,
    data_dir: str | None,
    data_path: str | None,
    tiny: bool,
    sample_weights: str | None,
    settings: tuple[str, ...],
    data_options: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Search the hyperparameters of RECIPE, or run the job of a YAML file.

    Interrupt it at any moment; the same command goes on where it stopped.
    """
    from pipelines.jobs.plan import plan_job
    from pipelines.jobs.request import make_job

    target = options.pop("target", None)
    data = parse_data(data_path, target, data_options, sample_weights=sample_weights)
    given = {name: value for name, value in options.items() if value is not None}
    if data:
        given["data"] = data
    if objective := given.pop("objective"):
        given["objective"] = list(objective)
    if settings:
        given["params"] = parse_settings(settings)
    checked = make_job(job, given)
    plan = plan_job(checked, root=root, data_dir=data_dir, tiny=tiny)
    from pipelines.cli.search_summary import print_summary
    from pipelines.jobs.progress import SearchProgress
    from pipelines.jobs.run import run_plan

    with SearchProgress() as progress:
        about_pruner = pruner_note(plan.settings)
        if about_pruner:
            progress.note(about_pruner)
        result = run_plan(
            plan,
            tracking=checked.tracking,
            on_progress=progress.update,
            on_note=lambda text: progress.note(with_data_options(text)),
        )
    if as_json:
        print_result(result.to_dict())
    elif result.search.best is not None:
        print_summary(result)
    if result.search.stopped_because == "interrupted":
        click.echo("Interrupted. The same command goes on where it stopped.", err=True)
        study = shlex.quote(result.study)
        next_steps(f"cookbook status {study}", f"cookbook trials {study}")
        raise click.exceptions.Exit(130)
    if result.search.shortfall:
        click.echo(result.search.shortfall, err=True)
        raise click.exceptions.Exit(1)
