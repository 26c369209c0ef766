"""`cookbook doctor`: what this machine has, what is wrong, and how to fix it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import store_options
from pipelines.cli.output import json_option, next_steps, print_listing, working


@click.command()
@store_options
@click.option("--storage", help="Database URL of a study store to check as well.")
@click.option(
    "--tracking-uri", envvar="MLFLOW_TRACKING_URI", help="MLflow server to check as well."
)
@json_option
def doctor(*, root: Path, storage: str | None, tracking_uri: str | None, as_json: bool) -> None:
    """Check versions, cores, memory, GPU and stores.

    Says how to fix what is wrong, and then ends with exit code 1.
    """
    from pipelines.health import check_machine, check_packages, check_stores

    with working("looking at this machine"):
        checks = [
            *check_packages(),
            *check_machine(root),
            *check_stores(root, storage=storage, tracking_uri=tracking_uri),
        ]
    rows: list[dict[str, Any]] = [vars(check) for check in checks]
    print_listing(rows, ("name", "status", "found", "advice"), as_json=as_json)
    if not as_json:
        next_steps("cookbook recipes", "cookbook examples")
    if any(check.status == "wrong" for check in checks):
        raise click.exceptions.Exit(1)
