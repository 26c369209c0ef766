"""`cookbook worker`: serves the jobs of a store."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

import click

from pipelines.cli.studies import study_options

BEAT_SECONDS = 120.0  # without a sign of life a worker counts as dead


@click.command()
@click.option("--slots", type=click.IntRange(min=1), help="Trials at a time; one per core.")
@click.option("--threads", type=click.IntRange(min=1), default=1, help="Threads of each trial.")
@click.option("--label", "labels", multiple=True, help="Label for jobs that ask for it; repeat.")
@click.option("--once", is_flag=True, help="End when the queue is empty.")
@click.option("--no-tracking", is_flag=True, help="Send nothing to MLflow; `sync` does it later.")
@click.option("--check", is_flag=True, help="Whether the worker of this machine is alive.")
@study_options
def worker(
    *,
    slots: int | None,
    threads: int,
    labels: tuple[str, ...],
    once: bool,
    no_tracking: bool,
    check: bool,
    root: Path,
    storage: str | None,
) -> None:
    """Serve the jobs of a store until Ctrl-C or SIGTERM; running trials are then given back."""
    if check:
        _check()
        return
    from pipelines.jobs.recipe.objective import RecipeObjective
    from pipelines.service.serve import Service
    from tuning import Client
    from tuning.engine.interrupts import clean_end
    from tuning.service.client import STORAGE_VARIABLE, this_user
    from tuning.service.worker import Worker
    from tuning.workers.local import LocalPool

    root = root.resolve()
    client = Client(storage, root=root)
    # The processes that end jobs find the store as this one did, without its password in `ps`.
    os.environ[STORAGE_VARIABLE] = client.url
    name = f"{this_user().partition('@')[2]}-{os.getpid()}"
    folder = root / "workers" / name
    pool = LocalPool(
        slots or len(os.sched_getaffinity(0)),
        log=folder / "trials.log",
        threads=threads,
        preload=RecipeObjective.preload,
    )
    service = Service(client.url, root, tracks=not no_tracking)
    serving = Worker(
        client,
        pool,
        resolve=service.resolve,
        end_command=service.end_command,
        name=name,
        folder=folder,
        labels=labels,
        beat=_Beat(),
    )
    stop = threading.Event()
    click.echo(f"Worker {name}: {pool.size} slots. Ctrl-C ends it; nothing is lost.", err=True)
    with clean_end(stop):
        serving.run(stop, once=once)


class _Beat:
    """Touches a file now and then, for `--check`."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self) -> None:
        if time.monotonic() - self._last > BEAT_SECONDS / 12:
            self._last = time.monotonic()
            _beat_file().touch()


def _beat_file() -> Path:
    return Path(tempfile.gettempdir()) / f"cookbook-worker-{os.getuid()}.beat"


def _check() -> None:
    try:
        age = time.time() - _beat_file().stat().st_mtime
    except FileNotFoundError:
        raise click.ClickException("no worker runs on this machine.") from None
    if age > BEAT_SECONDS:
        raise click.ClickException(f"the worker has given no sign of life for {age:.0f} s.")
    click.echo("alive")
