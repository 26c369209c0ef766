"""The service as a program sees it: submit jobs, follow them, take their results."""

from __future__ import annotations

import contextlib
import getpass
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from tuning.errors import JobError
from tuning.report.view import view_study
from tuning.service.capacity import NOTHING, Resources
from tuning.service.job_record import FAILED, JobRecord, LogLine
from tuning.service.queue import JobQueue
from tuning.storage import records
from tuning.storage.claim_leases import ClaimLeases
from tuning.storage.counts import trial_counts
from tuning.storage.database import open_storage
from tuning.storage.studies import open_study, storage_url

STORAGE_VARIABLE = "COOKBOOK_STORAGE"


@dataclass(frozen=True, kw_only=True)
class JobStatus:
    """A job with the trials of its study.

    Attributes:
        job: The job as the queue holds it.
        counts: `tuning.storage.records.STATES` to number of trials.
    """

    job: JobRecord
    counts: Mapping[str, int]

    @property
    def finished(self) -> int:
        """Trials that are complete, pruned or failed."""
        return records.count_finished(self.counts)

    @property
    def needs_no_slot(self) -> bool:
        """Whether it is only to be ended: it has its trials, or its time is over and none runs."""
        if self.job.is_overdue:  # whoever runs a trial of it ends it
            return not self.counts.get(records.RUNNING, 0)
        return self.job.trials is not None and self.finished >= self.job.trials

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as JSON can hold them."""
        job = self.job
        return {
            "name": job.name,
            "state": job.state,
            "priority": job.priority,
            "finished": self.finished,
            "running": self.counts.get(records.RUNNING, 0),
            "failed": self.counts.get(records.FAILED, 0),
            "trials": job.trials,
            "submitter": job.submitter,
            "submitted": job.submitted,
            "started": job.started,
            "ended": job.ended,
            "labels": list(job.labels),
            "gpus": job.gpus,
            "memory": job.memory,
            "reason": job.reason,
        }


class Client:
    """Jobs of one store, from anywhere that reaches it.

    `pipelines.submit` checks a job before it hands it in; `submit` here takes a text as it is,
    and the worker that begins it refuses what is wrong.

    Args:
        storage: URL of the store; None for `COOKBOOK_STORAGE`, or else the embedded one.
        root: Folder of the embedded store.
        store_timeout: Seconds for which a store that does not answer is waited for; None for a
            minute.

    Raises:
        StoreError: If the store cannot be opened.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as root:
        ...     client = Client(root=root)
        ...     job = client.submit("recipe: digits-mlp", name="first", trials=8, priority=2)
        ...     client.status("first").to_dict()["state"], client.cancel("first").state
        ('queued', 'cancelled')
    """

    def __init__(
        self,
        storage: str | None = None,
        *,
        root: str | Path = "mlruns",
        store_timeout: float | None = None,
    ) -> None:
        self.url = storage_url(storage or os.environ.get(STORAGE_VARIABLE), str(root))
        self._storage = open_storage(self.url, wait=store_timeout)
        self.queue = JobQueue(self._storage)

    @property
    def engine(self) -> Engine:
        """The store's database engine."""
        return self._storage.engine

    def submit(
        self,
        text: str,
        *,
        name: str,
        trials: int | None = None,
        timeout: float | None = None,
        submitter: str | None = None,
        priority: int = 0,
        weight: float = 1.0,
        cap: int | None = None,
        needs: Resources = NOTHING,
    ) -> JobRecord:
        """Adds a job to the queue.

        Args:
            text: The job as YAML.
            name: Name of the job and of its study.
            trials: Trials it asks for, for those who watch; None when a grid or its time decides.
            timeout: Its `timeout` in seconds, so that it ends in time also where no slot is free.
            submitter: Who submits it; None for this user on this machine.
            priority: Jobs of higher priority get free slots first.
            weight: Share of the slots beside jobs of the same priority, above 0.
            cap: Most concurrent trials on all workers together, or None.
            needs: What a worker's slots must have: labels, GPUs, memory.

        Returns:
            The job, queued.

        Raises:
            JobError: If the name is taken or a number is out of range.
        """
        return self.queue.submit(
            name,
            text,
            trials=trials,
            timeout=timeout,
            submitter=submitter or this_user(),
            priority=priority,
            weight=weight,
            cap=cap,
            needs=needs,
        )

    def jobs(self, *, states: Sequence[str] | None = None) -> list[JobStatus]:
        """Every job with its trials, the oldest first.

        Args:
            states: Only those in one of these states.
        """
        jobs = self.queue.jobs(states=states)
        counts = trial_counts(self._storage, [job.name for job in jobs]) if jobs else {}
        return [JobStatus(job=job, counts=counts.get(job.name, {})) for job in jobs]

    def status(self, name: str) -> JobStatus:
        """One job with its trials.

        Raises:
            JobError: If there is no such job.
        """
        job = self.queue.job(name)
        return JobStatus(job=job, counts=trial_counts(self._storage, [name]).get(name, {}))

    def wait(
        self,
        name: str,
        *,
        timeout: float | None = None,
        poll: float = 1.0,
        on_change: Callable[[JobStatus], None] | None = None,
    ) -> JobStatus:
        """Waits until a job is over.

        Args:
            name: The job.
            timeout: Most seconds to wait; None for as long as it takes.
            poll: Seconds between looks.
            on_change: Called with each status that differs from the one before.

        Returns:
            Its last status.

        Raises:
            TimeoutError: If it is not over in time; the job goes on.
            JobError: If there is no such job, or it failed.
        """
        end = None if timeout is None else time.monotonic() + timeout
        last = None
        while True:
            status = self.status(name)
            if on_change is not None and status != last:
                on_change(status)
            last = status
            if status.job.state == FAILED:
                raise JobError(f"The job {name!r} failed: {status.job.reason}")
            if status.job.is_over:
                return status
            if end is not None and time.monotonic() + poll > end:
                raise TimeoutError(f"The job {name!r} is {status.job.state} after {timeout:g} s.")
            time.sleep(poll)

    def result(self, name: str) -> dict[str, Any]:
        """What a job found so far: its best trial, and the final scores once it is done.

        Args:
            name: The job.

        Returns:
            `name`, `state`, `reason`, `counts`, `metric`, `best_value`, `best_params` and
            `final`, the recorded result or an empty dictionary.

        Raises:
            JobError: If there is no such job.
        """
        status = self.status(name)
        found: dict[str, Any] = {
            "name": name,
            "state": status.job.state,
            "reason": status.job.reason,
            "counts": dict(status.counts),
            "metric": None,
            "best_value": None,
            "best_params": {},
            "final": {},
        }
        if not status.counts:
            return found
        study = open_study(name, self.url)
        view = view_study(study)
        found["metric"] = view.metric
        if view.winner is not None:
            found["best_value"] = view.winner.value
            found["best_params"] = dict(view.winner.params)
        found["final"] = dict(study.user_attrs.get(records.RESULT, {}))
        return found

    def cancel(self, name: str, *, reason: str = "") -> JobRecord:
        """Cancels a job: running trials are stopped, what finished stays readable."""
        return self.queue.cancel(name, reason=reason or f"cancelled by {this_user()}")

    def pause(self, name: str) -> JobRecord:
        """Gives a job's running trials back and starts none until it is resumed."""
        return self.queue.pause(name)

    def resume(self, name: str) -> JobRecord:
        """Puts a paused, failed or cancelled job into the queue again."""
        return self.queue.resume(name)

    def set_priority(self, name: str, priority: int) -> JobRecord:
        """Changes a job's priority, also while it runs."""
        return self.queue.set_priority(name, priority)

    def take_back(self, name: str) -> None:
        """Lets trials of a job wait again whose worker is gone; nothing without a study."""
        with contextlib.suppress(KeyError):
            study_id = self._storage.get_study_id_from_name(name)
            ClaimLeases(self._storage, study_id).reap()

    def lines(self, name: str, *, after: int = 0) -> list[LogLine]:
        """The lines of a job's log that came after the line with this id."""
        return self.queue.log.lines(name, after=after)


def this_user() -> str:
    """`user@machine` of this process, for people to read."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{socket.gethostname()}"
