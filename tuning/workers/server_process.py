"""The server that forks the workers of one pool."""

from __future__ import annotations

import contextlib
import time
from multiprocessing.connection import Connection

from tuning.errors import JobError
from tuning.workers.fork_server import EXIT, FAILED, FORK, READY
from tuning.workers.idle_server import IDLE_SERVER
from tuning.workers.launcher import Launcher
from tuning.workers.worker_process import describe_exit

MOST_STARTS = 10  # in a row without one that is ready


class StartError(Exception):
    """Processes die before they can do anything."""


class ServerProcess:
    """A server; a new one takes the place of one that was killed.

    It is the idle one of this process, or a new one where that is of no use.

    Args:
        launcher: Starts its process.
    """

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self._forked: list[tuple[int, int]] = []  # slot and process id of new workers
        self._ended: dict[int, int] = {}  # exit status of workers, by their process ids
        self._starts = 0  # since a server was last there
        self._running = IDLE_SERVER.take(launcher.server_key) or launcher.start_server()

    @property
    def pid(self) -> int:
        """Process id of the server that there is now."""
        return self._running.process.pid

    @property
    def connection(self) -> Connection | None:
        """Where it is heard, None when it is gone."""
        connection = self._running.connection
        return None if connection.closed else connection

    def fork(self, slot: int) -> None:
        """Asks for a worker; it comes when the server's imports are done."""
        if self.connection is not None:
            with contextlib.suppress(OSError):  # killed, which `hear` finds out
                self._running.connection.send((FORK, self._launcher.worker_setup(slot)))

    def hear(self) -> None:
        """Reads one message, waiting for it.

        Raises:
            JobError: If the modules of the objective cannot be imported.
        """
        if self.connection is None:
            return
        try:
            name, *said = self._running.connection.recv()
        except (EOFError, OSError):
            self._running.connection.close()
            return
        if name == FAILED:
            raise JobError(f"The modules of the objective cannot be imported:\n{said[0]}")
        if name == READY:
            self._running.loaded, self._starts = said[0], 0
        elif name == EXIT:
            pid, status = said
            self._ended[pid] = status
        else:
            slot, pid = said
            self._ended.pop(pid, None)  # an earlier process that had this id
            self._forked.append((slot, pid))

    def take_forked(self) -> list[tuple[int, int]]:
        """Takes slot and process id of every worker that was forked since the last time."""
        found, self._forked = self._forked, []
        return found

    def look_after(self) -> bool:
        """Starts a new server when somebody killed this one.

        Returns:
            Whether it did: what the old one was asked for is lost.

        Raises:
            StartError: If servers die again and again before they are there.
        """
        if self.connection is not None:
            return False
        status = self._running.process.poll()
        if status is None:
            return False
        if self._starts >= MOST_STARTS:
            raise StartError(f"the workers' server {describe_exit(status)}")
        self._starts += 1
        self._running = self._launcher.start_server()
        return True

    def has_ended(self, pid: int | None) -> bool:
        """Whether a worker that it forked is known to have ended."""
        return pid in self._ended

    def exit_status(self, pid: int | None, *, patience: float) -> int | None:
        """How a worker ended, once that is known; None when nobody can say.

        Args:
            pid: Process id of the worker.
            patience: Seconds to wait for the news.
        """
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if pid is not None and pid in self._ended:
                return self._ended.pop(pid)
            connection = self.connection
            if connection is None:
                return None
            if connection.poll(0.05):
                self.hear()
        return None

    def close(self) -> None:
        """Ends what it forked; the server itself waits for the next search for a while."""
        IDLE_SERVER.give(self._running)
