"""Commands on the jobs of the tuning service, from `submit` to `results`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.options import parse_settings
from pipelines.cli.output import json_option, next_steps, print_listing, print_result
from pipelines.cli.studies import study_options

if TYPE_CHECKING:
    from tuning import Client
    from tuning.service.client import JobStatus
    from tuning.service.job_record import JobRecord, LogLine

_COLUMNS = ("name", "state", "priority", "finished", "trials", "running", "submitter", "submitted")
_WATCH_SECONDS = 1.0
_SPACE = "space."


@click.command()
@click.argument("file", metavar="JOB.yaml", type=click.Path(path_type=Path))
@click.option("--name", help="Name of job and study; by default the job's `study` or its file.")
@click.option("--priority", type=int, default=0, help="Higher ones get free slots first.")
@click.option("--weight", type=float, default=1.0, help="Share beside jobs of equal priority.")
@click.option("--cap", type=click.IntRange(min=1), help="Most trials at once, on all workers.")
@click.option("--label", "labels", multiple=True, help="Label that a worker must have; repeat.")
@click.option("--wait", is_flag=True, help="Wait for the end and print the results.")
@study_options
@json_option
def submit(
    file: Path, *, wait: bool, root: Path, storage: str | None, as_json: bool, **options: Any
) -> None:
    """Hand the job of a YAML file to the service; workers of the same store run it."""
    from pipelines.service.board import check_address
    from pipelines.service.submission import submit as hand_in

    check_address()
    client = _client(root, storage)
    job = hand_in(file, client, **options)
    _show_soon(job.name, client, root)
    if wait:
        client.wait(job.name)
        _print_results(client, job.name, as_json=as_json)
        return
    if as_json:
        print_result(client.status(job.name).to_dict())
        return
    ahead = _ahead_of(job.name, client)
    before = "1 job is" if ahead == 1 else f"{ahead} jobs are"
    click.echo(f"Submitted {job.name!r}" + (f"; {before} before it." if ahead else "."))
    next_steps(f"cookbook logs {job.name} --follow", f"cookbook results {job.name}")


@click.command()
@click.option("--watch", is_flag=True, help="Show the queue until Ctrl-C.")
@click.option("--all", "everything", is_flag=True, help="Also jobs that are over.")
@study_options
@json_option
def queue(*, watch: bool, everything: bool, root: Path, storage: str | None, as_json: bool) -> None:
    """List the jobs of the service with their progress."""
    from tuning.service.job_record import ENDED, STATES

    client = _client(root, storage)
    states = [state for state in STATES if everything or as_json or state not in ENDED]

    def show() -> None:
        rows = [_row(status, as_json=as_json) for status in client.jobs(states=states)]
        if rows or as_json:
            print_listing(rows, _COLUMNS, as_json=as_json)
            if rows and not as_json and not watch:
                name = rows[0]["name"]
                next_steps(f"cookbook logs {name} --follow", f"cookbook results {name}")
        else:
            _print_no_jobs(len(client.queue.jobs(states=ENDED)))

    if not watch:
        show()
        return
    while True:
        click.clear()
        show()
        time.sleep(_WATCH_SECONDS)


def _print_no_jobs(over: int) -> None:
    """Says that nothing waits or runs, and what to do about it."""
    click.echo(f"No job waits or runs; {over} over." if over else "No jobs.")
    next_steps("cookbook submit JOB.yaml", *(["cookbook queue --all"] if over else []))


@click.command()
@click.argument("job")
@click.option("--reason", default="", help="Why, for those who read it later.")
@study_options
@json_option
def cancel(job: str, *, reason: str, root: Path, storage: str | None, as_json: bool) -> None:
    """Cancel JOB: running trials are stopped, what finished stays readable."""
    client = _client(root, storage)
    _report(client, client.cancel(job, reason=reason), as_json=as_json)
    _show_soon(job, client, root)


@click.command()
@click.argument("job")
@study_options
@json_option
def pause(job: str, *, root: Path, storage: str | None, as_json: bool) -> None:
    """Pause JOB: its running trials are given back, and none starts until it is resumed."""
    client = _client(root, storage)
    _report(client, client.pause(job), as_json=as_json)
    _show_soon(job, client, root)


@click.command()
@click.argument("job")
@study_options
@json_option
def resume(job: str, *, root: Path, storage: str | None, as_json: bool) -> None:
    """Put JOB, which is paused, failed or cancelled, into the queue again."""
    client = _client(root, storage)
    _report(client, client.resume(job), as_json=as_json)
    _show_soon(job, client, root)


@click.command()
@click.argument("job")
@click.argument("number", type=int)
@study_options
@json_option
def priority(job: str, number: int, *, root: Path, storage: str | None, as_json: bool) -> None:
    """Give JOB the priority NUMBER, also while it runs; negative numbers after `--`."""
    client = _client(root, storage)
    _report(client, client.set_priority(job, number), as_json=as_json)


@click.command()
@click.argument("job")
@click.argument("changes", nargs=-1, required=True, metavar="KEY=VALUE...")
@study_options
@json_option
def change(
    job: str, changes: tuple[str, ...], *, root: Path, storage: str | None, as_json: bool
) -> None:
    r"""Change `trials`, `timeout`, `patience`, `stop_at` or the space of JOB, also while it runs.

    A space grows: wider ranges, more options. The trials so far stay. For example:

    \b
    cookbook change digits trials=60 timeout=2h
    cookbook change digits 'space.units={int: [8, 256]}' 'space.optimizer=[adam, sgd, lion]'
    """
    from pipelines.service.submission import change as change_job

    client = _client(root, storage)
    changed = change_job(job, client, _read_changes(changes))
    _report(client, changed, as_json=as_json)


def _read_changes(pairs: Sequence[str]) -> dict[str, Any]:
    """`KEY=VALUE` as keys of a job; `space.NAME=VALUE` is one parameter of its space."""
    from pipelines.jobs.yaml_lines import Document

    spaces = [pair for pair in pairs if pair.startswith(_SPACE)]
    others = [pair for pair in pairs if not pair.startswith(_SPACE)]
    changes = parse_settings(others, flag="cookbook change JOB", example="trials=60")
    space = {}
    for pair in spaces:
        name, equals, text = pair.removeprefix(_SPACE).partition("=")
        if not equals or not name.strip():
            raise click.UsageError(
                f"A parameter is changed by space.NAME=VALUE. Got {pair!r}: write for example "
                "'space.units={int: [8, 256]}'."
            )
        space[name.strip()] = Document(f"value: {text}", pair).content.get("value")
    return {**changes, "space": space} if space else changes


@click.command()
@click.argument("job")
@click.option("--follow", is_flag=True, help="Go on until the job is over.")
@study_options
@json_option
def logs(job: str, *, follow: bool, root: Path, storage: str | None, as_json: bool) -> None:
    """Print what the workers said about JOB."""
    client = _client(root, storage)
    last = 0
    while True:
        over = client.status(job).job.is_over  # before the lines: none is missed
        for line in client.lines(job, after=last):
            click.echo(_log_line(line, as_json=as_json))
            last = line.id
        if over or not follow:
            break
        time.sleep(_WATCH_SECONDS)
    if not as_json:
        again = "cookbook queue --all" if over else f"cookbook logs {job} --follow"
        next_steps(again, f"cookbook results {job}")


@click.command()
@click.argument("job")
@study_options
@json_option
def results(job: str, *, root: Path, storage: str | None, as_json: bool) -> None:
    """Print what JOB found so far: its best trial, and the final scores once it is done."""
    _print_results(_client(root, storage), job, as_json=as_json)


def _ahead_of(name: str, client: Client) -> int:
    """How many waiting jobs are served before one; none where a worker has begun it."""
    waiting = {other.job.name: other.job for other in client.jobs(states=["queued"])}
    own = waiting.pop(name, None)
    if own is None:
        return 0
    return sum(other.priority >= own.priority for other in waiting.values())


def _client(root: Path, storage: str | None) -> Client:
    from tuning import Client

    return Client(storage, root=root)


def _show_soon(job: str, client: Client, root: Path) -> None:
    from pipelines.service.board import show_soon

    show_soon(job, client, root)


def _row(status: JobStatus, *, as_json: bool) -> dict[str, Any]:
    row = status.to_dict()
    if status.job.trials is None:
        from pipelines.service.submission import trials_of

        row["trials"] = trials_of(status.job)
    if not as_json:
        row["submitted"] = _moment(status.job.submitted)
    return row


def _report(client: Client, job: JobRecord, *, as_json: bool) -> None:
    if as_json:
        print_result(client.status(job.name).to_dict())
        return
    from tuning.service.job_record import PAUSED

    click.echo(f"{job.name} is {job.state}, priority {job.priority}.")
    waits = job.is_over or job.state == PAUSED
    first = f"cookbook resume {job.name}" if waits else f"cookbook logs {job.name} --follow"
    next_steps(first, f"cookbook results {job.name}")


def _print_results(client: Client, name: str, *, as_json: bool) -> None:
    found = client.result(name)
    if as_json:
        print_result(found)
        return
    final = found["final"]
    done = sum(found["counts"].get(state, 0) for state in ("complete", "pruned", "failed"))
    lines: list[tuple[str, Any]] = [("job", f"{name} ({found['state']})"), ("trials", done)]
    if found["reason"]:
        lines.append(("reason", found["reason"]))
    if found["best_value"] is not None:
        lines.append(("best", f"{found['metric']} {found['best_value']:.6g}"))
        lines += [(f"  {key}", value) for key, value in found["best_params"].items()]
    if "verdict" in final:
        scores = ", ".join(f"{key} {value:.4g}" for key, value in final["test_metrics"].items())
        lines += [("test", scores), ("verdict", final["verdict"])]
    for label, value in lines:
        click.echo(f"{label:<18} {value}")
    next_steps(f"cookbook trials {name}", f"cookbook report {name}")


def _log_line(line: LogLine, *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"time": line.time, "source": line.source, "text": line.text})
    return f"{_moment(line.time):%Y-%m-%d %H:%M:%S}  {line.source}  {line.text}"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone()
