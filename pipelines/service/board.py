"""Shows the jobs of the queue in MLflow, each with its state, from its submission on.

`python -m pipelines.service.board ROOT JOB...` shows jobs as they are now and ends. Who submits or
cancels a job starts it, and so does a worker whenever a state has changed: nothing is missing when
MLflow was away, or when nobody but the store was told. MLflow is imported in no other process: it
takes seconds and a quarter of a gigabyte.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.service.serve import TRACKING_VARIABLE, Service, mark_of
from tuning.errors import JobError, StoreError
from tuning.service.client import STORAGE_VARIABLE, Client
from tuning.service.job_record import (
    CANCELLED,
    DONE,
    FAILED,
    FINISHING,
    PAUSED,
    QUEUED,
    RUNNING,
    JobRecord,
)

if TYPE_CHECKING:
    from tuning.tracking.scheduled import Announced

STATUS = {
    QUEUED: "SCHEDULED",
    PAUSED: "SCHEDULED",
    RUNNING: "RUNNING",
    FINISHING: "RUNNING",
    DONE: "FINISHED",
    CANCELLED: "KILLED",
    FAILED: "FAILED",
}
_OPEN = (QUEUED, RUNNING, FINISHING, PAUSED)
_SECONDS = 3.0
_LONGEST_PAUSE = 60.0
_MOST_DOUBLINGS = 20  # of a pause: after a thousand a float has no room for them
_PATIENCE_SECONDS = 15.0  # of a command for MLflow
_HELD_SECONDS = 5.0  # for whoever writes the runs of a job now
_CLOSE_SECONDS = 10.0


class Board:
    """Keeps MLflow's picture of the queue up to date.

    Args:
        client: The store.
        service: Where everything is; without MLflow nothing happens.
        seconds: Between two looks.
    """

    def __init__(self, client: Client, service: Service, *, seconds: float = _SECONDS) -> None:
        self._client = client
        self._service = service
        self._seconds = seconds
        self._shown: dict[str, str] = {}  # job to the state that MLflow shows
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="cookbook-board")

    def __enter__(self) -> Board:
        """Begins to look."""
        if self._service.tracking_uri is not None:
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Ends, after a last look."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_CLOSE_SECONDS)

    def look(self) -> bool:
        """Shows the jobs whose state has changed since the last look; False if one is left.

        Raises:
            StoreError: If the store does not answer.
        """
        queue = self._client.queue
        jobs = {job.name: job.state for job in queue.jobs(states=_OPEN)}
        over = [name for name, state in self._shown.items() if name not in jobs and state in _OPEN]
        jobs |= {job.name: job.state for job in queue.jobs(names=over)} if over else {}
        changed = [name for name, state in jobs.items() if self._shown.get(name) != state]
        if changed:
            shown = _process(changed, self._client, self._service.root)
            self._shown |= json.loads(shown.communicate()[0].decode() or "{}")
        return all(self._shown.get(name) == jobs[name] for name in changed)

    def _run(self) -> None:
        failures = 0
        while True:
            last = self._end.is_set()
            try:
                failures = 0 if self.look() else failures + 1
            except (StoreError, OSError):  # the latter where no process is free
                failures += 1
            if last:
                return
            self._end.wait(min(self._seconds * 2 ** min(failures, _MOST_DOUBLINGS), _LONGEST_PAUSE))


def show(job: JobRecord, client: Client, service: Service) -> bool:
    """Shows a job in MLflow as it is.

    Args:
        job: The job.
        client: The store.
        service: Where everything is.

    Returns:
        False when another process writes the runs of its study now.

    Raises:
        TrackingError: If MLflow does not answer.
    """
    from tuning.tracking.scheduled import announce

    uri = service.tracking_uri
    if uri is None or announce(_announced(job, client, service), uri, client.engine):
        return True
    return STATUS[job.state] == "RUNNING"  # which is what a writer of its runs shows


def _announced(job: JobRecord, client: Client, service: Service) -> Announced:
    from tuning.tracking.scheduled import Announced

    try:
        experiment = service.plan(job).target.name
    except (JobError, ValueError):  # a job that is wrong has a run as well, which says so
        experiment = job.name
    reason = {"job.reason": job.reason} if job.reason else {}
    return Announced(
        name=job.name,
        mark=mark_of(job, client),
        experiment=experiment,
        status=STATUS[job.state],
        submitted=int(job.submitted * 1000),
        ended=None if job.ended is None else int(job.ended * 1000),
        tags={"job.submitter": job.submitter, "mlflow.source.name": "cookbook submit", **reason},
    )


def check_address() -> None:
    """Refuses an address of MLflow in this environment that could be none.

    Raises:
        ValueError: If its scheme is none of MLflow's.
    """
    from tuning.tracking.locations import check_tracking_uri

    check_tracking_uri(os.environ.get(TRACKING_VARIABLE, ""))


def show_soon(name: str, client: Client, root: Path) -> None:
    """Shows a job in MLflow, where a server of MLflow is named and as soon as it answers.

    The embedded MLflow of a laptop is left to the first worker: it would be made for this alone.
    A container ends with its command, so the command waits for some seconds.

    Args:
        name: The job.
        client: The store.
        root: Folder of files and of the embedded stores.
    """
    if not os.environ.get(TRACKING_VARIABLE):
        return
    with contextlib.suppress(subprocess.TimeoutExpired):
        _process([name], client, root).communicate(timeout=_PATIENCE_SECONDS)


def _process(names: Sequence[str], client: Client, root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a command of the program
        [sys.executable, "-P", "-m", "pipelines.service.board", str(root.resolve()), *names],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {STORAGE_VARIABLE: client.url},
    )


def main(root: str, *names: str) -> None:
    """Shows jobs as they are now, and prints the state in which MLflow shows each.

    Args:
        root: Folder of files and of the embedded stores.
        names: The jobs.
    """
    from tuning.tracking import TrackingError

    if hasattr(os, "nice"):
        os.nice(15)  # the trials come first
    client = Client(root=root)
    service = Service(client.url, Path(root))
    shown: dict[str, str] = {}
    with contextlib.suppress(TrackingError, StoreError):  # whoever asked asks again
        for job in client.queue.jobs(names=names):
            if _show_patiently(job, client, service):
                shown[job.name] = job.state
    print(json.dumps(shown))


def _show_patiently(job: JobRecord, client: Client, service: Service) -> bool:
    """A worker that leaves a job is still sending what it has of it."""
    end = time.monotonic() + _HELD_SECONDS
    while not show(job, client, service):
        if time.monotonic() > end:
            return False
        time.sleep(0.5)
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
