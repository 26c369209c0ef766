"""`cookbook job`: the schema of job files, and a check without running them."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.group()
def job() -> None:
    """Check job files, print their schema."""


@job.command()
def schema() -> None:
    """Print the JSON schema of a job file, for completion in editors."""
    from tuning.job import job_schema

    click.echo(json.dumps(job_schema(), indent=2))


@job.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check the job FILE without running it."""
    from pipelines.tuning_jobs.plan import plan_job
    from pipelines.tuning_jobs.request import make_job

    found = make_job(file, {})
    plan_job(found)
    click.echo(f"{file}: correct")
