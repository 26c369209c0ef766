"""The workers of a search and the trials they run: hired, replaced, watched."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tuning.errors import JobError
from tuning.settings import SearchSettings
from tuning.storage.claims import Claim
from tuning.workers.local import Pool
from tuning.workers.objective import Payload
from tuning.workers.process import Worker, describe_exit
from tuning.workers.worker import Task

_TICK = 0.05
_REST = 0.1
_STILLBORN = 3


@dataclass
class Running:
    """A trial that a worker runs.

    Attributes:
        claim: The trial's claim.
        worker: The worker.
        deadline: `time.monotonic()` at which the trial is ended, or None.
    """

    claim: Claim
    worker: Worker
    deadline: float | None


class Crew:
    """The workers of a search.

    Args:
        payload: The objective.
        settings: The search's settings.
    """

    def __init__(self, payload: Payload, settings: SearchSettings) -> None:
        self._payload = payload
        self._settings = settings
        self._log = settings.directory / "workers.log"
        self._pool: Pool | None = None
        self._hired = 0
        self._stillborn = 0
        self.idle: list[Worker] = []
        self.running: dict[int, Running] = {}  # by slot

    def hire(self, wanted: int) -> None:
        """Starts workers until there are as many as wanted, or as the settings allow."""
        wanted = min(self._settings.worker_count, wanted)
        if self._pool is None and wanted > 0:
            self._pool = Pool(self._payload, threads=self._settings.threads, log=self._log)
        while self._pool is not None and self._hired < wanted:
            self._pool.start_worker(self._hired)
            self._hired += 1

    def hear(self) -> list[tuple[Worker, tuple[Any, ...]]]:
        """Waits a moment for what the workers say; newly ready ones are idle afterwards.

        Returns:
            Worker and message: `("decide", ...)`, `("end", ...)` or `("gone",)`.
        """
        if self._pool is None:
            return []
        busy = bool(self.running) or self._pool.starting
        messages = []
        for worker, message in self._pool.receive(_TICK if busy else _REST):
            if message[0] == "ready":
                worker.ready = True
                self._stillborn = 0
                self.idle.append(worker)
            else:
                messages.append((worker, message))
        return messages

    def run(self, worker: Worker, claim: Claim, task: Task) -> None:
        """Gives an idle worker a trial."""
        limit = self._settings.trial_timeout
        deadline = None if limit is None else time.monotonic() + limit
        self.running[worker.slot] = Running(claim=claim, worker=worker, deadline=deadline)
        worker.trials += 1
        worker.send(("run", task))

    def done(self, worker: Worker) -> None:
        """Makes a worker idle after its trial, or replaces it when it ran or grew enough."""
        ran_enough = worker.trials >= self._settings.recycle_after
        if worker.growth_bytes() > self._settings.recycle_growth or ran_enough:
            self.replace(worker, retire=True)
        else:
            self.idle.append(worker)

    def lose(self, worker: Worker) -> tuple[Running | None, str]:
        """Replaces a worker whose process ended by itself.

        Args:
            worker: The worker.

        Returns:
            The trial it ran, if any, and how the process ended.

        Raises:
            JobError: If workers die again and again before they run a trial.
        """
        status = self._pool.exit_status(worker) if self._pool is not None else None
        running = self.running.pop(worker.slot, None)
        how = f"the worker {describe_exit(status)}"
        if running is None:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise JobError(f"Workers do not start: {how}; their messages are in {self._log}.")
        self.replace(worker)
        return running, how

    def replace(self, worker: Worker, *, retire: bool = False) -> None:
        """Puts a new process in a worker's place; a retired one may end by itself."""
        if self._pool is None:
            return
        if worker in self.idle:
            self.idle.remove(worker)
        if retire:
            self._pool.retire(worker)
        else:
            self._pool.discard(worker)
        self._pool.start_worker(worker.slot)

    def overdue(self) -> list[tuple[Running, str]]:
        """Running trials that are over their time, with the reason."""
        now = time.monotonic()
        reason = f"time limit of {self._settings.trial_timeout or 0:g} s"
        return [
            (running, reason)
            for running in self.running.values()
            if running.deadline is not None and now > running.deadline
        ]

    def oversized(self) -> list[tuple[Running, str]]:
        """Running trials that are over their memory, with the reason."""
        limit = self._settings.memory_limit
        if limit is None:
            return []
        found = []
        for running in self.running.values():
            used = running.worker.resident_bytes()
            if used > limit:
                megabytes = f"{used / 2**20:.0f} MB used, {limit / 2**20:.0f} MB allowed"
                found.append((running, f"memory limit: {megabytes}"))
        return found

    def end(self, running: Running) -> None:
        """Ends a trial by force and replaces its worker."""
        self.running.pop(running.worker.slot, None)
        self.replace(running.worker)

    def stop(self) -> list[Claim]:
        """Ends every running trial by force, without replacement; returns their claims."""
        claims = []
        for running in self.running.values():
            running.worker.kill()
            claims.append(running.claim)
        self.running.clear()
        return claims

    def dismiss(self) -> None:
        """Ends every process."""
        if self._pool is not None:
            self._pool.close()
