"""Watches over workers: time and memory of their tasks, starts that fail."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from tuning.errors import JobError
from tuning.workers.pool import TrialTask
from tuning.workers.server_process import MOST_STARTS
from tuning.workers.worker_log import WorkerLog
from tuning.workers.worker_process import WorkerProcess

_MEMORY_SECONDS = 0.2  # between looks
_LONGEST_PAUSE = 1.0


@dataclass
class Running:
    """A task on its worker.

    Attributes:
        task: The task.
        worker: The worker.
        deadline: `time.monotonic()` at which it is ended, or None.
    """

    task: TrialTask
    worker: WorkerProcess
    deadline: float | None


class Supervisor:
    """Says which tasks are over their limits.

    A process may grow past its limit between two looks, which are 0.2 s apart.
    """

    def __init__(self) -> None:
        self._looked = 0.0

    def over_limit(self, running: Iterable[Running]) -> list[tuple[Running, str]]:
        """Tasks that are over their time or memory, each with the reason."""
        now, found = time.monotonic(), []
        looks = now - self._looked >= _MEMORY_SECONDS
        if looks:
            self._looked = now
        for one in running:
            reason = self._reason(one, now, looks=looks)
            if reason is not None:
                found.append((one, reason))
        return found

    def _reason(self, one: Running, now: float, *, looks: bool) -> str | None:
        if one.deadline is not None and now > one.deadline:
            return f"time limit of {one.task.timeout or 0:g} s"
        limit = one.task.memory_limit
        if limit is None or not looks:
            return None
        used = one.worker.resident_bytes()
        if used <= limit:
            return None
        megabytes = f"{used / 2**20:.0f} MB used, {limit / 2**20:.0f} MB allowed"
        return f"memory limit: {megabytes}"


class Starts:
    """Counts starts in a row that failed, and spaces them.

    A worker that was ready and died is no failed start: whoever kills idle workers only delays.

    Args:
        log: Where the workers' messages are.
    """

    def __init__(self, log: WorkerLog) -> None:
        self._log = log
        self._failed = 0
        self._not_before = 0.0

    @property
    def may_start(self) -> bool:
        """Whether the pause after a failed start is over."""
        return time.monotonic() >= self._not_before

    def succeeded(self) -> None:
        """Notes that a worker is ready."""
        self._failed = 0

    def failed(self, how: str) -> None:
        """Notes that a worker died before it was ready.

        Raises:
            JobError: If no start of the last ten succeeded.
        """
        self._failed += 1
        if self._failed >= MOST_STARTS:
            raise JobError(
                f"Workers do not start: {self._failed} in a row failed, the last one {how}. "
                f"{self._log.last_words()}"
            )
        self._not_before = time.monotonic() + min(_LONGEST_PAUSE, 0.05 * 2**self._failed)
