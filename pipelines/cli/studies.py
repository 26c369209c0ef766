"""Commands on studies: status, trials, best, sync, delete."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from pipelines.cli.names import no_store, open_named_study, resolve_name
from pipelines.cli.options import store_options
from pipelines.cli.output import (
    fitting_columns,
    json_option,
    listing_width,
    next_steps,
    print_listing,
    print_result,
    working,
)
from pipelines.formatting import where

Command = TypeVar("Command", bound=Callable[..., Any])


def study_options(command: Command) -> Command:
    """Adds `--root` and `--storage`."""
    storage = click.option(
        "--storage", envvar="COOKBOOK_STORAGE", help="Database URL of the study store."
    )
    return store_options(storage(command))


@click.command()
@click.argument("study", required=False)
@study_options
@json_option
def status(study: str | None, *, root: Path, storage: str | None, as_json: bool) -> None:
    """List studies with their progress and best value; only STUDY when it is named.

    Wherever a study is asked for, its beginning is enough; `latest` is the one that changed last.
    `cookbook delete` alone wants the whole name.
    """
    from tuning.credentials import mask_credentials
    from tuning.storage.summaries import list_studies

    rows = [
        {
            "name": one.name,
            "status": one.status,
            "finished": one.counts["complete"] + one.counts["pruned"] + one.counts["failed"],
            "total": one.total,
            "running": one.counts["running"],
            "failed": one.counts["failed"],
            "metric": one.metrics[0][0],
            "best": None if one.best is None else one.best.value,
            "strategy": one.strategy,
            "last_change": one.last_change,
        }
        for one in _existing(root, storage, list_studies)
    ]
    if study is not None:
        name = resolve_name("study", study, [row["name"] for row in rows])
        rows = [row for row in rows if row["name"] == name]
        if not rows:
            raise click.UsageError(f"No study named {study!r}: `cookbook status` lists them.")
    if not rows and not as_json:
        click.echo(f"No study in {mask_credentials(storage) if storage else root} yet.")
        next_steps("cookbook recipes", "cookbook tune RECIPE")
        return
    columns = ["name", "status", "finished", "total", "metric", "best"]
    columns += fitting_columns(rows, columns, ("last_change", "failed"), listing_width())
    print_listing(rows, columns, as_json=as_json)
    if rows and not as_json:
        name = rows[0]["name"]
        next_steps(f"cookbook trials {name}", f"cookbook report {name}")


@click.command()
@click.argument("study")
@study_options
@json_option
def trials(study: str, *, root: Path, storage: str | None, as_json: bool) -> None:
    """List the trials of STUDY.

    The table shows as many of the differing hyperparameters as fit; --json prints all of them.
    """
    from tuning.report import trial_rows

    found = open_named_study(study, root, storage)
    name = found.study_name
    rows = [{"name": f"{name}/{row['trial']}", **row} for row in trial_rows(found)]
    if as_json:
        print_listing(rows, (), as_json=True)
        return
    _print_trials(rows)
    next_steps(f"cookbook best {name}", f"cookbook report {name}")


def _print_trials(rows: Sequence[Mapping[str, Any]]) -> None:
    from tuning.report.tables import differing_params

    shown = [key for key in (rows[0] if rows else {}) if key not in ("name", "params", "seed")]
    # These columns are empty for a search without stages or failures.
    empty = ("stage", "reason")
    shown = [key for key in shown if key not in empty or any(row[key] for row in rows)]
    # A hyperparameter may share its name with a column, for example `epochs`.
    names = {f"params.{n}" if n in shown else n: n for n in differing_params(rows)}
    flat = [
        {**row, **{key: row["params"].get(name) for key, name in names.items()}} for row in rows
    ]
    fitting = fitting_columns(flat, shown, list(names), listing_width())
    place = shown.index("seconds") if shown else 0
    columns = [*shown[:place], *fitting, *shown[place:]]
    print_listing(flat, columns, as_json=False, exact=True)
    left = [name for key, name in names.items() if key not in fitting]
    if left:
        click.echo(
            f"Not shown for lack of space: {', '.join(left)}. Use --json to see them.", err=True
        )


@click.command()
@click.argument("study")
@click.option("--as", "form", type=click.Choice(["json", "yaml", "python"]), default="json")
@study_options
def best(study: str, *, form: str, root: Path, storage: str | None) -> None:
    """Print the best hyperparameters of STUDY.

    They can be pasted into a job (`--as yaml`) or a script (`--as python`).

    For a staged search these are the confirmed ones, for a Pareto front those the job selected.
    """
    from tuning.report import winning_trial
    from tuning.results.shortfall import shortfall
    from tuning.storage.records import read_trials

    opened = open_named_study(study, root, storage)
    row = winning_trial(opened)
    if row is None:
        why = shortfall(read_trials(opened))
        raise click.UsageError(f"The study {study!r} has no best trial. {why}")
    params = row["params"]
    if form == "yaml":
        import yaml

        click.echo(
            yaml.safe_dump({"params": json.loads(json.dumps(params))}, sort_keys=False), nl=False
        )
    elif form == "python":
        click.echo(f"params = {params!r}")
    else:
        click.echo(json.dumps(params))
    name = opened.study_name
    next_steps(f"cookbook trials {name}", f"cookbook report {name}")


@click.command()
@click.argument("study", required=False)
@click.option("--tracking-uri", envvar="MLFLOW_TRACKING_URI", help="MLflow store or server.")
@study_options
@json_option
def sync(
    study: str | None, *, tracking_uri: str | None, root: Path, storage: str | None, as_json: bool
) -> None:
    """Send MLflow what it lacks of STUDY.

    That includes the refitted model and its registration. Without STUDY, send the trainings of
    `cookbook train` that could not reach MLflow. Running it again sends nothing.
    """
    if study is None:
        _sync_trainings(root, tracking_uri, as_json=as_json)
        return
    found = open_named_study(study, root, storage)
    with working("sending to MLflow", long=True):
        from pipelines.jobs.mlflow.review import sync_study
        from tuning.storage.studies import storage_url
        from tuning.tracking import default_tracking_uri

        url = storage_url(storage, str(root))
        done = sync_study(found, url, tracking_uri or default_tracking_uri(root))
    if as_json:
        print_result(done)
        return
    sent = _sent(done)
    click.echo(f"Sent: {', '.join(sent)}." if sent else "MLflow has everything of this study.")
    if done["left"]:
        click.echo(f"Another process sends {done['left']} trials.")
    if done["url"]:
        click.echo(f"run  {where(done['url'])}")
    if done["unsent"]:
        click.echo(
            "The rest is on the machine that ran the search: run `cookbook sync` there.",
            err=True,
        )
    next_steps(f"cookbook report {found.study_name}", "cookbook ui")


def _sent(done: Mapping[str, Any]) -> list[str]:
    """What a synchronisation wrote, in words."""
    counts = {
        "created": ("trial", "trials"),
        "completed": ("trial that had been cut off", "trials that had been cut off"),
        "tidied": ("run put in order", "runs put in order"),
    }
    parts = [f"{done[key]} {what[done[key] > 1]}" for key, what in counts.items() if done[key]]
    return [*parts, *(["the run of the study"] if done["updated"] else []), *done["sent"]]


def _sync_trainings(root: Path, tracking_uri: str | None, *, as_json: bool) -> None:
    from pipelines.training.records import send_record, waiting_records
    from tuning.tracking import Tracker, default_tracking_uri

    uri = tracking_uri or default_tracking_uri(root)
    with working("sending to MLflow"):
        sent = [
            {"experiment": experiment, "run_id": run.run_id, "run_url": run.url}
            for folder, experiment in waiting_records(root)
            for run in [send_record(folder, Tracker(uri, experiment=experiment))]
        ]
    if as_json:
        print_result({"sent": sent})
        return
    for run in sent:
        click.echo(f"{run['experiment']}  {run['run_url']}")
    if not sent:
        click.echo("MLflow has every training.")
    next_steps("cookbook runs", "cookbook ui")


@click.command()
@click.argument("study")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@study_options
def delete(study: str, *, yes: bool, root: Path, storage: str | None) -> None:
    """Delete STUDY, named in full, and its checkpoints; its MLflow runs are kept."""
    from pipelines.jobs.checkpoints import forget_study
    from tuning import JobError, open_study
    from tuning.storage.studies import delete_study, storage_url

    if storage is None and not (root / "studies.db").exists():
        raise click.UsageError(no_store(study, root))
    try:
        open_study(study, storage, root=str(root))
    except JobError as error:
        raise click.UsageError(f"{error} What is deleted is named in full.") from None
    if not yes:
        click.confirm(f"Delete {study} with all its trials?", abort=True)
    delete_study(study, storage, root=str(root))
    forget_study(study, storage_url(storage, str(root)))
    click.echo(f"deleted {study}")
    next_steps("cookbook status", "cookbook tune RECIPE")


def _existing(root: Path, storage: str | None, listing: Callable[..., Any]) -> Any:
    if storage is None and not (root / "studies.db").exists():
        return []
    return listing(storage, root=str(root))
