"""A worker of the service: serves every job of a store with the slots of one pool.

Rules:
    1. Free slots go to the job that has the least, see `fair_share`.
    2. A job that is paused or cancelled gives its running trials back within seconds.
    3. A job whose data are not here, whose trials need more than a slot has, or that a newer
       version submitted and this one does not understand, is left to other workers; no trial is
       spent on it.
    4. A job that ends is ended by exactly one worker; if it dies, another one ends it.
    5. SIGTERM gives running trials back, then the worker ends with code 0.
    6. Nothing here waits for the store: what is to be written, the watcher's thread writes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tuning.credentials import mask_credentials
from tuning.engine.dispatcher import Dispatcher
from tuning.errors import JobError, StoreError
from tuning.service.allocation import divide
from tuning.service.announcements import Announcements
from tuning.service.capacity import NOTHING, Resources
from tuning.service.client import Client, JobStatus
from tuning.service.endings import EndProcesses
from tuning.service.job_record import FAILED, FINISHING, RUNNING, JobRecord
from tuning.service.openings import Openings
from tuning.service.queue import JobQueue
from tuning.service.served import DataMissingError, EndCommand, Resolve
from tuning.service.serving import Serving
from tuning.service.version import is_newer
from tuning.service.watcher import STORE_SECONDS, QueueWatcher
from tuning.service.webhook import Webhook
from tuning.workers.pool import WorkerPool

_TICK = 0.1
_DATA_SECONDS = 60.0  # until a job whose data were missing is tried here again
_SEEN_SECONDS = 3.0  # until the watcher has seen what this worker changed
_END_SECONDS = 30.0  # the same for an end that failed
_CLOSE_SECONDS = 20.0  # for MLflow, when the worker ends
_IDLE_LOOKS = 3  # of the queue in a row before `once` believes that it is empty


class Worker:
    """Serves the jobs of a store until it is stopped.

    Args:
        client: The store.
        pool: The workers' processes.
        resolve: From a job to what is run.
        end_command: From a job to the command that ends its study.
        folder: Folder of its files; its name is the worker's in the jobs' logs.
        capacity: What each of its slots has; jobs that need more are left to others.
        beat: Called at every step, as a sign of life.
        store_timeout: Seconds for which a store that does not answer is waited for.
        webhook: Who is told of best trials, ends and failures.
        checkpoints: Folder of checkpoints, or None.
    """

    def __init__(
        self,
        client: Client,
        pool: WorkerPool,
        *,
        resolve: Resolve,
        end_command: EndCommand,
        folder: Path,
        capacity: Resources = NOTHING,
        beat: Callable[[], None] = lambda: None,
        store_timeout: float = STORE_SECONDS,
        webhook: Webhook | None = None,
        checkpoints: Path | None = None,
    ) -> None:
        self._pool = pool
        self._end_command = end_command
        self._name = folder.name
        self._capacity = capacity
        self._unable: set[str] = set()  # jobs of which it was said that they need more
        self._beat = beat
        self._tell: Callable[[str], None] = lambda line: None
        self._watcher = QueueWatcher(client, store_timeout=store_timeout, checkpoints=checkpoints)
        self._dispatcher = Dispatcher(pool)
        self._announcements = Announcements(client, webhook)
        self._openings = Openings(resolve, reports=self._announcements.wanted)
        self._ends = EndProcesses(folder / "ends")
        self._serving: dict[str, Serving] = {}
        self._closing: list[threading.Thread] = []  # MLflow may take a minute to catch up

    def run(
        self,
        stop: threading.Event,
        *,
        once: bool = False,
        tell: Callable[[str], None] = lambda line: None,
        watch: Callable[[str], None] = lambda now: None,
    ) -> None:
        """Works until it is stopped.

        Args:
            stop: Ends the work when it is set.
            once: End when there is nothing left to do.
            tell: Receives a line for each event, beside the jobs' logs.
            watch: Receives at every step what it does; empty while it waits for jobs.

        Raises:
            StoreError: If the store did not answer for as long as it is waited for.
        """
        self._tell = tell
        self._watcher.start()
        idle_since = 0
        try:
            while not stop.is_set():
                self._beat()
                self._step()
                watch(self._now)
                if self._watcher.error is not None:
                    raise self._watcher.error
                busy = self._serving or self._openings or len(self._ends) or self._open_here()
                idle_since = self._watcher.looks if busy else idle_since
                if once and self._watcher.looks - idle_since >= _IDLE_LOOKS:
                    return
        finally:
            self._close()

    @property
    def _now(self) -> str:
        trials = [
            f"{one.job.name}: {one.finished} of {found.session.settings.total or '?'} trials"
            for one in self._watcher.statuses
            if (found := self._serving.get(one.job.name)) is not None
        ]
        return ", ".join([*trials, *(f"{name}: ending" for name in self._ends.names)])

    def _step(self) -> None:
        statuses = self._wanted()
        # An end that only waits for MLflow to take the rest of a closed job trains nothing.
        finishing = {s.job.name: s for s in statuses if s.job.state == FINISHING}
        slots = max(0, self._pool.size - self._ends.running(finishing))
        open_jobs = [status for status in statuses if status.job.state != FINISHING]
        sessions = {name: serving.session for name, serving in self._serving.items()}
        division = divide(open_jobs, sessions, self._dispatcher, slots=slots)
        self._stop_unwanted({status.job.name for status in open_jobs})
        for status in open_jobs:
            if status.job.name in self._serving:
                self._serve(status, division.allowed.get(status.job.name, 0))
            # A job that is only to be ended needs no slot, but somebody to see that it is over.
            elif status.job.name in division.wanted or status.needs_no_slot:
                self._openings.start(status.job)
        self._pool.ensure(sum(division.wanted.values()))
        self._dispatcher.step(_TICK)
        self._take_opened()
        self._take_over()
        for status in finishing.values():
            if self._ends.running(finishing) < self._pool.size:
                self._start_end(status)
        self._take_ends()

    def _wanted(self) -> list[JobStatus]:
        return [status for status in self._watcher.statuses if self._can_serve(status.job)]

    def _can_serve(self, job: JobRecord) -> bool:
        lacking = self._capacity.lacks(job.needs)
        if lacking and job.name not in self._unable:
            self._unable.add(job.name)
            self._say(job.name, f"leaves this job to other workers: it needs {lacking}")
        return not lacking

    def _open_here(self) -> list[JobStatus]:
        return [s for s in self._wanted() if not self._openings.waits(s.job.name)]

    def _serve(self, status: JobStatus, slots: int) -> None:
        job = status.job
        serving = self._serving[job.name]
        if serving.job.changes != job.changes:  # trials that run end before the new keys count
            slots = 0
            if not self._dispatcher.running(serving.session):
                self._leave(job.name)
                self._say(job.name, f"goes on with {dict(job.changes)}")
        # All workers go by the job's clock; the session's goes on while the store is away.
        if job.is_overdue or serving.session.is_overdue:
            serving.session.stop("timeout")
        serving.session.allow(slots)

    def _stop_unwanted(self, wanted: set[str]) -> None:
        for name in [name for name in self._serving if name not in wanted]:
            if not self._serving[name].session.over:  # else `_take_over` reads its result
                self._leave(name)

    def _take_opened(self) -> None:
        for job, found in self._openings.take():
            if isinstance(found, Serving):
                self._serving[job.name] = found
                self._dispatcher.add(found.session, found.served.payload)
                found.served.follow()
                self._begin(job.name)
            elif isinstance(found, StoreError | DataMissingError):
                self._openings.wait(job.name, _DATA_SECONDS)
                self._say(job.name, str(found))
            else:  # of a job that was changed while it was opened here, it says nothing
                self._fail(job, str(found), changes=job.changes)

    def _take_over(self) -> None:
        """Lets go of the sessions that are over, each by how it ended."""
        for name, serving in list(self._serving.items()):
            self._announcements.progress(name, serving.session.progress)
            if not serving.session.over:
                continue
            self._leave(name)
            try:
                serving.session.check_end()
            except StoreError as error:
                self._openings.wait(name, _DATA_SECONDS)
                self._say(name, str(error))
            except JobError as error:
                self._fail(serving.job, str(error))
            else:
                self._openings.wait(name, _SEEN_SECONDS)
                self._finish(name, serving)

    def _start_end(self, status: JobStatus) -> None:
        name = status.job.name
        if not self._ends.may_start(name):
            return
        try:
            self._ends.start(name, self._end_command(status.job), retry_after=_END_SECONDS)
        except OSError as error:  # no process or no disk is free: later, or by another worker
            self._say(name, f"the end did not start: {error}")

    def _take_ends(self) -> None:
        for name, code, words in self._ends.finished():
            if code:
                self._say(name, f"the end failed (code {code}): {words}")
            else:
                self._tell(f"{name}: is over")
            self._announce_end(name)

    def _leave(self, name: str) -> None:
        serving = self._serving.pop(name)
        serving.session.close()
        self._dispatcher.remove(serving.session)
        closing = threading.Thread(target=serving.served.close, daemon=True)
        closing.start()
        self._closing = [*(thread for thread in self._closing if thread.is_alive()), closing]

    def _fail(self, job: JobRecord, reason: str, changes: Mapping[str, Any] | None = None) -> None:
        name = job.name
        if is_newer(job.version):
            self._openings.wait(name, _DATA_SECONDS)
            self._say(name, f"leaves this job to workers of version {job.version}: {reason}")
            return
        self._openings.wait(name, _SEEN_SECONDS)
        self._say(name, reason)

        def write(queue: JobQueue) -> None:
            queue.move(name, FAILED, reason=mask_credentials(reason), changes=changes)

        self._watcher.write(write)
        self._announce_end(name)

    def _begin(self, name: str) -> None:
        def write(queue: JobQueue) -> None:
            queue.move(name, RUNNING)
            if queue.job(name).state == RUNNING:  # others may have begun or ended it meanwhile
                queue.log.add(name, "serves this job", source=self._name)

        self._watcher.write(write)
        self._tell(f"{name}: serves this job")

    def _finish(self, name: str, serving: Serving) -> None:
        says = f"{serving.how_it_ended}; its ending begins"

        def write(queue: JobQueue) -> None:
            if queue.move(name, FINISHING, reason=serving.ended_early):
                queue.log.add(name, says, source=self._name)

        self._watcher.write(write)
        self._tell(f"{name}: {says}")

    def _announce_end(self, name: str) -> None:
        self._watcher.write(lambda queue: self._announcements.over(name))

    def _say(self, name: str, text: str) -> None:
        line = mask_credentials(text)
        self._tell(f"{name}: {line}")
        self._watcher.write(lambda queue: queue.log.add(name, line, source=self._name))

    def _close(self) -> None:
        self._openings.close()
        for name in list(self._serving):
            self._leave(name)
        self._ends.stop()
        self._pool.close()
        self._watcher.close()
        self._announcements.close()
        for closing in self._closing:
            closing.join(timeout=_CLOSE_SECONDS)
