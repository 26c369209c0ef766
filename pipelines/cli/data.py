"""`cookbook data`: list, fetch and check datasets."""

from __future__ import annotations

from typing import Any

import click

from pipelines.cli.output import json_option, print_listing, print_result

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False),
    envvar="COOKBOOK_DATA",
    help="Folder of downloaded datasets (COOKBOOK_DATA).",
)


@click.group()
def data() -> None:
    """List, fetch and check datasets."""


@data.command("list")
@json_option
def list_datasets(*, as_json: bool) -> None:
    """List the datasets."""
    from pipelines.datasets.catalog import CATALOG

    rows = [
        {
            "name": entry.name,
            "summary": entry.summary,
            "task": entry.task,
            "megabytes": entry.megabytes,
            "licence": entry.licence,
            "source": entry.source,
        }
        for entry in CATALOG.values()
    ]
    print_listing(rows, ("name", "summary", "task", "megabytes"), as_json=as_json)


@data.command()
@click.argument("name")
@data_dir_option
@click.option("--mirror", help="Fetch the files from this address instead.")
def get(name: str, *, data_dir: str | None, mirror: str | None) -> None:
    """Download dataset NAME; an interrupted download goes on where it stopped."""
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from pipelines.datasets.download import Transfer, get_dataset

    columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def show(path: str, have: int, expected: int | None) -> None:
            if path not in tasks:
                tasks[path] = bar.add_task(path, total=expected)
            bar.update(tasks[path], completed=have, total=expected)

        paths = get_dataset(
            name, data_dir=data_dir, transfer=Transfer(progress=show), mirror=mirror
        )
    for path in paths:
        click.echo(path)
    if not paths:
        click.echo(f"{name} is complete; nothing to fetch.")


@data.command()
@click.argument("name")
@data_dir_option
@json_option
def check(name: str, *, data_dir: str | None, as_json: bool) -> None:
    """Say what is missing or damaged of dataset NAME."""
    from pipelines.datasets.check import check_dataset

    report = check_dataset(name, data_dir=data_dir)
    if as_json:
        print_result(vars(report))
    else:
        rows = f", rows {report.rows}" if report.rows else ""
        click.echo(f"{report.name}: {report.status}{rows}")
        for line in (*report.problems, *report.notes):
            click.echo(f"  {line}")
    if report.status != "complete":
        raise click.exceptions.Exit(1)
