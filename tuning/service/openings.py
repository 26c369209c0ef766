"""Resolves jobs beside the work: data are read and the study is opened in a thread."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

from tuning.errors import JobError, StoreError
from tuning.service.job_record import JobRecord
from tuning.service.served import DataMissingError, Resolve
from tuning.service.serving import Serving

Opened = Serving | JobError | StoreError | DataMissingError


class Openings:
    """The jobs that are being opened.

    Args:
        resolve: From a job to what is run.
        reports: Whether the progress of the jobs is wanted.
    """

    def __init__(self, resolve: Resolve, *, reports: bool = False) -> None:
        self._resolve = resolve
        self._reports = reports
        self._running: dict[str, tuple[JobRecord, Future[Opened]]] = {}
        self._not_before: dict[str, float] = {}
        # One after the other: reading two datasets at once takes twice the memory.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="tuning-opening")

    def __len__(self) -> int:
        return len(self._running)

    def start(self, job: JobRecord) -> None:
        """Begins to open a job, unless that is under way or to be waited for."""
        if job.name not in self._running and not self.waits(job.name):
            self._running[job.name] = (job, self._executor.submit(self._open, job))

    def take(self) -> list[tuple[JobRecord, Opened]]:
        """Takes what was opened, or why it could not be."""
        over = [name for name, (_, future) in self._running.items() if future.done()]
        found = [self._running.pop(name) for name in over]
        return [(job, future.result()) for job, future in found]

    def wait(self, name: str, seconds: float) -> None:
        """Does not open a job again for some time."""
        self._not_before[name] = time.monotonic() + seconds

    def waits(self, name: str) -> bool:
        """Whether a job is not to be opened yet."""
        return time.monotonic() < self._not_before.get(name, 0.0)

    def close(self) -> None:
        """Ends the opening; what is being read is read to its end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _open(self, job: JobRecord) -> Opened:
        from tuning.engine.session import Session

        try:
            served = self._resolve(job)
            session = Session(
                served.space, served.settings, reports=self._reports, most_running=job.cap
            )
            return Serving(job, served, session)
        except (JobError, StoreError, DataMissingError) as error:
            return error
        except ValueError as error:
            return JobError(str(error))
        except Exception as error:
            return JobError(f"{type(error).__name__}: {error}")
