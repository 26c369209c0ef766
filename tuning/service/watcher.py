"""Looks at the queue from a thread of its own, so that a slow store holds up no trial."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from tuning.errors import StoreError
from tuning.service.client import Client, JobStatus
from tuning.service.job_record import FINISHING, QUEUED, RUNNING

ACTIVE = (QUEUED, RUNNING, FINISHING)


class QueueWatcher:
    """The jobs as they were a moment ago.

    Args:
        client: The store.
        seconds: Between two looks.

    Attributes:
        error: What the store said at the last look, or None when it answered.
        looks: How often the store answered.
    """

    def __init__(self, client: Client, *, seconds: float = 1.0) -> None:
        self.error: StoreError | None = None
        self.looks = 0
        self._client = client
        self._seconds = seconds
        self._statuses: Sequence[JobStatus] = ()
        self._end = threading.Event()
        self._now = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="tuning-queue")

    @property
    def statuses(self) -> Sequence[JobStatus]:
        """The jobs that are queued, running or finishing, the oldest first."""
        return self._statuses

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def look(self) -> None:
        """Asks for a look at once."""
        self._now.set()

    def close(self) -> None:
        """Ends the looking."""
        self._end.set()
        self._now.set()
        self._thread.join(timeout=2.0)

    def _watch(self) -> None:
        while not self._end.is_set():
            try:
                self._statuses = self._client.jobs(states=ACTIVE)
                self.error = None
                self.looks += 1
            except StoreError as error:
                self.error = error
            self._now.wait(self._seconds)
            self._now.clear()
