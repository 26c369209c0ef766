"""`cookbook worker`: serves the jobs of a store."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.options import pool_options
from pipelines.cli.output import next_steps
from pipelines.cli.studies import study_options

if TYPE_CHECKING:
    from tuning.service.webhook import Webhook

_CALL_SECONDS = 60.0  # for which one call waits; then it is made again, as long as there is time
WEBHOOK_VARIABLE = "COOKBOOK_WEBHOOK"
BEAT_SECONDS = 120.0  # without a sign of life a worker counts as dead


@click.command()
@click.option("--slots", type=click.IntRange(min=1), help="Trials at a time; as many as fit.")
@pool_options
@click.option("--label", "labels", multiple=True, help="Label for jobs that ask for it; repeat.")
@click.option(
    "--store-timeout",
    help="Time for which a store that does not answer is waited for, 10min; the worker then ends.",
)
@click.option("--once", is_flag=True, help="End when the queue is empty.")
@click.option("--no-tracking", is_flag=True, help="Send nothing to MLflow; `sync` does it later.")
@click.option("--check", is_flag=True, help="Whether the worker of this machine is alive.")
@study_options
def worker(
    *,
    slots: int | None,
    labels: tuple[str, ...],
    once: bool,
    no_tracking: bool,
    check: bool,
    root: Path,
    storage: str | None,
    **given: Any,
) -> None:
    """Serve the jobs of a store until Ctrl-C or SIGTERM; running trials are then given back."""
    if check:
        _check()
        return
    from pipelines.cli.worker_lines import WorkerLines
    from pipelines.jobs.checkpoints import checkpoints_folder
    from pipelines.jobs.recipe.objective import RecipeObjective
    from pipelines.service.board import Board
    from pipelines.service.serve import Service
    from tuning import Client
    from tuning.engine.interrupts import clean_end
    from tuning.service.capacity import capacity_of
    from tuning.service.client import STORAGE_VARIABLE, this_user
    from tuning.service.options import WorkerOptions
    from tuning.service.worker import Worker
    from tuning.tracking.locations import check_tracking_uri
    from tuning.workers.opening import open_pool

    chosen = {name: value for name, value in given.items() if value is not None}
    options = WorkerOptions(workers=slots, **chosen)
    root = root.resolve()
    client = Client(storage, root=root, store_timeout=min(options.store_timeout, _CALL_SECONDS))
    service = Service(client.url, root, tracks=not no_tracking)
    if service.tracking_uri is not None:
        check_tracking_uri(service.tracking_uri)
    webhook, lines = _webhook(), WorkerLines()
    name = f"{this_user().partition('@')[2]}-{os.getpid()}"
    folder = root / "workers" / name
    pool = open_pool(options, log=folder / "trials.log", preload=RecipeObjective.preload)
    pool.prepare()  # the first job may come at any moment
    serving = Worker(
        client,
        pool,
        resolve=service.resolve,
        end_command=service.end_command,
        folder=folder,
        capacity=capacity_of(options, pool.size, labels),
        beat=_Beat(),
        store_timeout=options.store_timeout,
        webhook=webhook,
        checkpoints=checkpoints_folder(),
    )
    # The processes that end jobs find the store as this one did, without its password in `ps`.
    os.environ[STORAGE_VARIABLE] = client.url
    stop = threading.Event()
    lines.line(f"Worker {name}: {pool.size} slots. Ctrl-C ends it; nothing is lost.")
    with lines, Board(client, service), clean_end(stop):
        serving.run(stop, once=once, tell=lines.line, watch=lines.show)
    next_steps("cookbook queue --all", "cookbook results JOB")


def _webhook() -> Webhook | None:
    """The webhook of this machine's environment, None without one."""
    from tuning.service.webhook import Webhook

    address = os.environ.get(WEBHOOK_VARIABLE)
    if not address:
        return None
    secret = os.environ.get(f"{WEBHOOK_VARIABLE}_SECRET", "")
    try:
        return Webhook(address, secret)
    except ValueError as error:
        raise click.ClickException(f"{WEBHOOK_VARIABLE}: {error}") from None


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
