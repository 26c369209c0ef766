"""Watches over workers: time and memory of their tasks, starts that fail, what they print."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tuning.errors import JobError
from tuning.workers.pool import TrialTask
from tuning.workers.server_process import MOST_STARTS
from tuning.workers.worker_process import WorkerProcess

_MEMORY_SECONDS = 0.2  # between looks
_LOG_SECONDS = 5.0
_LOG_BYTES = 16 * 2**20
_TAIL_BYTES = 1500
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


class WorkerLog:
    """The file that receives what workers print, and one older file: 32 MB at most.

    Args:
        path: The file; the older one has the suffix `.1`.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.file: IO[bytes] = path.open("ab")
        self._looked = 0.0

    def move(self, path: Path) -> None:
        """Goes on under another name on the same disk; what is there becomes the older file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.replace(_older(path))
        self.path.replace(path)
        self.path = path

    def keep_short(self) -> None:
        """Moves what is there to the older file, once it is long."""
        now = time.monotonic()
        if now - self._looked < _LOG_SECONDS:
            return
        self._looked = now
        if self.path.exists() and self.path.stat().st_size > _LOG_BYTES:
            # Workers append through handles of their own, so the file stays and is emptied.
            with self.path.open("r+b") as log, _older(self.path).open("wb") as copy:
                log.seek(-_LOG_BYTES, 2)
                shutil.copyfileobj(log, copy)
                log.truncate(0)

    def last_words(self) -> str:
        """Where the messages are, and the last of them."""
        try:
            tail = self.path.read_bytes()[-_TAIL_BYTES:].decode(errors="replace").strip()
        except OSError:
            tail = ""
        return f"Their messages are in {self.path}" + (f":\n{tail}" if tail else ".")

    def close(self) -> None:
        """Closes the file."""
        self.file.close()


def _older(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")
