"""What studies look like: `cookbook compare` and `cookbook report`."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.names import open_named_study
from pipelines.cli.options import check_folder_of
from pipelines.cli.output import json_option, next_steps, print_listing, working
from pipelines.cli.studies import study_options


@click.command()
@click.argument("studies", nargs=-1, required=True)
@click.option(
    "--figure", type=click.Path(path_type=Path), help="Save the curves to this image file."
)
@study_options
@json_option
def compare(
    studies: tuple[str, ...],
    *,
    figure: Path | None,
    root: Path,
    storage: str | None,
    as_json: bool,
) -> None:
    """Compare STUDIES at equal budgets, with bands over seeds."""
    if figure is not None:
        check_folder_of(figure, "--figure")
    with working("comparing the studies"):
        from tuning.report import compare_studies

        # A study named twice would count as two seeds.
        found = [open_named_study(name, root, storage) for name in dict.fromkeys(studies)]
        comparison = compare_studies(found)
        if figure is not None:
            comparison.figure.savefig(figure)
    rows = [{"name": row["group"], **row} for row in comparison.rows]
    if not as_json:
        click.echo(f"after {comparison.trials} trials, or {comparison.seconds:.0f} s:")
    print_listing(rows, [key for key in rows[0] if key != "group"], as_json=as_json)
    if as_json:
        return
    if figure is not None:
        click.echo(figure)
    name = found[0].study_name
    next_steps(f"cookbook report {name}", f"cookbook best {name}")


@click.command()
@click.argument("study")
@click.option(
    "--output", type=click.Path(path_type=Path), help="HTML file to write; STUDY.html by default."
)
@click.option(
    "--figures", type=click.Path(path_type=Path), help="Folder for the figures as separate files."
)
@click.option("--live", is_flag=True, help="Follow a running search: the open page renews itself.")
@study_options
def report(
    study: str,
    *,
    output: Path | None,
    figures: Path | None,
    live: bool,
    root: Path,
    storage: str | None,
) -> None:
    """Write a report on STUDY as one HTML page."""
    found = open_named_study(study, root, storage)
    name = found.study_name
    path = output or Path(f"{name}.html")
    check_folder_of(path)
    if live:
        _follow(name, path, root, storage)
    with working("writing the report", long=True):
        from tuning.report import write_figures, write_report
        from tuning.report.live import run_url_of

        if not live:
            write_report(found, path, run_url=run_url_of(found))
        if figures is not None:
            write_figures(found, figures)
    click.echo(path)
    if figures is not None:
        click.echo(figures)
    next_steps(f"cookbook best {name}", "cookbook ui")


def _follow(name: str, path: Path, root: Path, storage: str | None) -> None:
    from tuning.report.live import follow_study

    click.echo(f"Open {path}: it follows the search until it ends. Ctrl-C stops.", err=True)
    follow_study(
        name,
        path,
        storage=storage,
        root=str(root),
        on_write=lambda view: click.echo(f"{len(view.finished)} trials", err=True),
    )
