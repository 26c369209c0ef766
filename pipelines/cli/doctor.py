"""`cookbook doctor`: what this machine has, what is wrong, and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import store_options
from pipelines.cli.output import json_option, print_listing


@click.command()
@store_options
@click.option("--storage", help="Also check this study store (a database URL).")
@click.option("--tracking-uri", envvar="MLFLOW_TRACKING_URI", help="Also check this MLflow server.")
@json_option
def doctor(*, root: Path, storage: str | None, tracking_uri: str | None, as_json: bool) -> None:
    """Check versions, cores, memory, GPU and stores."""
    from pipelines.health import check_machine, check_packages, check_stores

    checks = [
        *check_packages(),
        *check_machine(root),
        *check_stores(root, storage=storage, tracking_uri=tracking_uri),
    ]
    rows: list[dict[str, Any]] = [vars(check) for check in checks]
    print_listing(rows, ("name", "status", "found", "advice"), as_json=as_json)
    if any(check.status == "wrong" for check in checks):
        raise click.exceptions.Exit(1)
