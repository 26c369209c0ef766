"""`cookbook job`: the schema of job files, and a check without running them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import store_options
from pipelines.cli.output import next_steps

if TYPE_CHECKING:
    from tuning import SearchSettings


@click.group()
def job() -> None:
    """Check job files, print their schema."""


@job.command()
def schema() -> None:
    """Print the JSON schema of a job file, for completion in editors."""
    from pipelines.jobs.schema import job_schema

    click.echo(json.dumps(job_schema(), indent=2))


@job.command()
@click.argument("file", type=click.Path(path_type=Path))
@store_options
def check(file: Path, *, root: Path) -> None:
    """Check the job FILE without running it: what is accepted here is accepted by `tune`."""
    from pipelines.jobs.plan import plan_job
    from pipelines.jobs.request import make_job
    from tuning.engine.checks import check_search

    plan = plan_job(make_job(file, {}), root=root)
    check_search(plan.target.space, plan.settings)
    click.echo(f"{file}: correct")
    note = pruner_note(plan.settings)
    if note:
        click.echo(note)
    next_steps(f"cookbook tune {file}", f"cookbook submit {file}")


def pruner_note(settings: SearchSettings) -> str | None:
    """What to know of a pruner beside several metrics, or None.

    Args:
        settings: How is searched.
    """
    names = [name for name, _ in settings.metrics]
    if len(names) < 2 or settings.pruner == "none":
        return None
    return (
        f"The pruner {settings.pruner!r} looks at {names[0]} alone: trials that are best in "
        f"{', '.join(names[1:])} may end early."
    )
