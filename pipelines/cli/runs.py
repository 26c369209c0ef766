"""`cookbook runs`: the trainings of a folder."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.options import store_options
from pipelines.cli.output import json_option, next_steps, print_listing


@click.command()
@store_options
@json_option
def runs(*, root: Path, as_json: bool) -> None:
    """List trainings, the newest first.

    The beginning of a run's id is enough wherever a run is asked for; `latest` is the newest one.
    Studies are listed by `cookbook status`.
    """
    from pipelines.training.saved import saved_trainings

    rows = [training.to_dict() for training in saved_trainings(root)]
    if as_json:
        print_listing(rows, (), as_json=True)
        return
    if not rows:
        click.echo(f"No training below {root} yet.")
        next_steps("cookbook recipes", "cookbook train RECIPE")
        return
    for row in rows:
        row["id"] = row["run"][:12] if row["run"].isalnum() else row["run"]
        row["finished"] = row["finished"].replace("T", " ")[:16]
    print_listing(rows, ("id", "name", "metric", "value", "seconds", "finished"), as_json=False)
    next_steps(f"cookbook predict {rows[0]['id']} INPUT", "cookbook ui")
