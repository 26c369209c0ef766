"""The queue from a thread of its own, so that a store that is slow or away holds up no trial."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from tuning.errors import JobError, StoreError
from tuning.service.client import Client, JobStatus
from tuning.service.job_record import FINISHING, QUEUED, RUNNING
from tuning.service.leftovers import remove_checkpoints
from tuning.service.queue import JobQueue
from tuning.storage import records

ACTIVE = (QUEUED, RUNNING, FINISHING)
STORE_SECONDS = 600.0
_TAKE_BACK_SECONDS = 5.0
_TIDY_SECONDS = 60.0
_CLOSE_SECONDS = 3.0  # for the last writes
Write = Callable[[JobQueue], object]


class QueueWatcher:
    """The jobs as they were a moment ago, and what is still to be written about them.

    Writes are done in their order, each again until the store took it.

    Args:
        client: The store.
        seconds: Between two looks.
        store_timeout: Seconds for which a store that does not answer is waited for.
        checkpoints: Folder of checkpoints, or None; those of jobs that are over are removed.

    Attributes:
        error: What a store said that was waited for in vain, or a fault of ours, which would end
            the looking unseen; else None.
        looks: How often the store took all writes and answered.
    """

    def __init__(
        self,
        client: Client,
        *,
        seconds: float = 1.0,
        store_timeout: float = STORE_SECONDS,
        checkpoints: Path | None = None,
    ) -> None:
        self.error: Exception | None = None
        self.looks = 0
        self._client = client
        self._seconds = seconds
        self._store_timeout = store_timeout
        self._statuses: Sequence[JobStatus] = ()
        self._writes: deque[Write] = deque()
        self._answered = time.monotonic()
        self._take_back_at = 0.0
        self._checkpoints = checkpoints
        self._tidy_at = 0.0
        self._end = threading.Event()
        self._now = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="tuning-queue")

    @property
    def statuses(self) -> Sequence[JobStatus]:
        """The jobs that are queued, running or finishing, the oldest first."""
        return self._statuses

    def start(self) -> None:
        """Begins to look."""
        self._answered = time.monotonic()
        self._thread.start()

    def look(self) -> None:
        """Asks for a look at once."""
        self._now.set()

    def write(self, work: Write) -> None:
        """Hands a write over, and returns at once.

        Args:
            work: Receives the queue; called again when the store fails. What it says of a job
                that was deleted meanwhile is dropped.
        """
        self._writes.append(work)
        self.look()

    def close(self) -> None:
        """Ends the looking, after a last attempt to write what is left and to tidy up."""
        self._tidy_at = 0.0  # the trials have ended: a cancelled one writes no more
        self._end.set()
        self._now.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_CLOSE_SECONDS)

    def _watch(self) -> None:
        while True:
            last = self._end.is_set()
            try:
                self._write()
                self._statuses = self._client.jobs(states=ACTIVE)
                self._take_back()
                self._tidy()
                self._answered = time.monotonic()
                self.looks += 1
            except StoreError as error:
                if time.monotonic() - self._answered > self._store_timeout:
                    self.error = error
            except Exception as error:
                self.error = error
            if last:
                return
            self._now.wait(self._seconds)
            self._now.clear()

    def _take_back(self) -> None:
        """Trials whose workers died look as if they ran: no worker would open their job again."""
        if time.monotonic() < self._take_back_at:
            return
        self._take_back_at = time.monotonic() + _TAKE_BACK_SECONDS
        for status in self._statuses:
            if status.counts.get(records.RUNNING, 0):
                self._client.take_back(status.job.name)

    def _tidy(self) -> None:
        if self._checkpoints is not None and time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + _TIDY_SECONDS
            remove_checkpoints(self._checkpoints, self._client.queue)

    def _write(self) -> None:
        while self._writes:
            try:
                self._writes[0](self._client.queue)
            except StoreError:
                raise
            except JobError:
                pass  # there is no such job any more
            self._writes.popleft()
