"""`cookbook data`: list, fetch and check datasets."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.options import own_data_options, parse_data
from pipelines.cli.output import json_option, next_steps, print_listing, print_result, working
from pipelines.cli.wording import with_data_options

if TYPE_CHECKING:
    from pipelines.datasets.check import CheckReport

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
    if not as_json:
        next_steps("cookbook data get NAME", "cookbook recipes")


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
    next_steps(f"cookbook data check {name}", "cookbook recipes")


@data.command()
@click.argument("name", required=False)
@data_dir_option
@own_data_options
@json_option
def check(
    name: str | None,
    *,
    data_dir: str | None,
    data_path: str | None,
    target: str | None,
    sample_weights: str | None,
    data_options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say what is missing or damaged of dataset NAME.

    Without NAME the files of every dataset of the data folder are looked at, one line each; with
    it the dataset is loaded as well. With --data NAME is a recipe for your own data: what it
    reads, infers and leaves out is shown, and nothing is trained.
    """
    own = parse_data(data_path, target, data_options, sample_weights=sample_weights)
    if own:
        flags = (("--data", data_path), ("--target", target), ("--sample-weights", sample_weights))
        words = [word for flag, value in flags if value is not None for word in (flag, value)]
        words += [word for option in data_options for word in ("--data-option", option)]
        _check_own(name, own, words, as_json=as_json)
        return
    from pipelines.datasets.check import check_dataset

    if name is None:
        _check_all(data_dir, as_json=as_json)
        return
    with working("reading the data"):
        report = check_dataset(name, data_dir=data_dir)
    again = "" if report.status == "complete" else f"cookbook data get {name}"
    _show(report, again or "cookbook data list", as_json=as_json)


def _check_own(
    name: str | None, options: Mapping[str, Any], words: Sequence[str], *, as_json: bool
) -> None:
    from pipelines.datasets.check import CheckReport
    from pipelines.datasets.errors import DataError
    from pipelines.recipes.registry import load_recipe
    from pipelines.training.data import DataRequest, said_of

    if name is None or "path" not in options:
        raise click.UsageError(
            "Your own data are checked for a recipe, as in `cookbook data check image --data "
            f"FOLDER`. Got {'no recipe' if name is None else 'no --data'}."
        )
    recipe = load_recipe(name)
    with working("reading the data"):
        try:
            found = DataRequest.of(recipe, options=options).load()
        except DataError as error:
            # The option may be wrong and the data sound: no word of damage.
            report = CheckReport(name=name, status="refused", problems=(str(error),))
        else:
            rows = (len(found.train), len(found.validation), len(found.test))
            report = CheckReport(name=name, status="complete", notes=said_of(found), rows=rows)
    again = shlex.join(["cookbook", "train", name, *words])
    _show(report, again if report.rows else f"cookbook show {name}", as_json=as_json)


def _show(report: CheckReport, then: str, *, as_json: bool) -> None:
    """Prints a report, and ends with 1 unless all is well."""
    if as_json:
        print_result(vars(report))
    else:
        rows = f", rows {report.rows}" if report.rows else ""
        click.echo(f"{report.name}: {report.status}{rows}")
        for text in (*report.problems, *report.notes):
            for line in with_data_options(text).splitlines():
                click.echo(f"  {line}")
        next_steps(then, "cookbook recipes")
    if report.status != "complete":
        raise click.exceptions.Exit(1)


def _check_all(data_dir: str | None, *, as_json: bool) -> None:
    """Lists the state of the folder; what was never fetched is no fault."""
    from pipelines.datasets.catalog import CATALOG
    from pipelines.datasets.check import check_dataset

    names = [entry.name for entry in CATALOG.values() if entry.folder is not None]
    with working("reading the files"):
        reports = [check_dataset(name, data_dir=data_dir, load=False) for name in names]
    rows = []
    for report in reports:
        found = [*report.problems, *report.notes]
        if report.status == "missing":
            found = [f"cookbook data get {report.name}"]
        rows.append({"name": report.name, "status": report.status, "found": "; ".join(found)})
    if as_json:
        print_listing(rows, (), as_json=True)
    else:
        # No table, which would break what is long onto further lines.
        for row in rows:
            click.echo(f"{row['name']:<18} {row['status']:<8} {row['found']}".rstrip())
        next_steps("cookbook data get NAME", "cookbook recipes")
    if any(report.status == "damaged" for report in reports):
        raise click.exceptions.Exit(1)
