"""The server that forks workers, as the pool holds it."""

from __future__ import annotations

import contextlib
import subprocess
import time
from multiprocessing.connection import Connection

from tuning.errors import JobError
from tuning.workers.launcher import Launcher
from tuning.workers.worker_process import describe_exit, kill_group

MOST_STARTS = 10  # in a row without one that is ready


class StartError(Exception):
    """Processes die before they can do anything."""


class ServerProcess:
    """A server; a new one takes the place of one that was killed.

    Args:
        launcher: Starts its process.

    Attributes:
        connection: Where it is heard, None while no server is there.
    """

    def __init__(self, launcher: Launcher) -> None:
        self.connection: Connection | None = None
        self._launcher = launcher
        self._forked: list[tuple[int, int]] = []  # slot and process id of new workers
        self._ended: dict[int, int] = {}  # exit status of workers, by their process ids
        self._starts = 0  # since a server was last there
        self._process: subprocess.Popen[bytes] = launcher.start()

    def fork(self, slot: int) -> None:
        """Asks for a worker; nothing happens while no server is there."""
        if self.connection is not None:
            with contextlib.suppress(OSError):  # killed, which `hear` finds out
                self.connection.send(("fork", slot))

    def arrived(self, connection: Connection, failure: str | None) -> None:
        """Takes the server's first message.

        Args:
            connection: Where it is heard from now on.
            failure: Why the modules could not be imported, or None.

        Raises:
            JobError: If they could not.
        """
        if failure is not None:
            raise JobError(f"The modules of the objective cannot be imported:\n{failure}")
        self.connection, self._starts = connection, 0

    def hear(self) -> None:
        """Reads one message, waiting for it."""
        if self.connection is None:
            return
        try:
            message = self.connection.recv()
        except (EOFError, OSError):
            self.connection.close()
            self.connection = None
            return
        if message[0] == "exit":
            self._ended[message[1]] = message[2]
            return
        _, slot, pid = message
        self._ended.pop(pid, None)  # an earlier process that had this id
        self._forked.append((slot, pid))

    def take_forked(self) -> list[tuple[int, int]]:
        """Takes slot and process id of every worker that was forked since the last time."""
        found, self._forked = self._forked, []
        return found

    def look_after(self) -> None:
        """Starts a new server when somebody killed this one.

        Raises:
            StartError: If servers die again and again before they are there.
        """
        if self.connection is not None:
            return
        status = self._process.poll()
        if status is None:
            return
        if self._starts >= MOST_STARTS:
            raise StartError(f"the workers' server {describe_exit(status)}")
        self._starts += 1
        self._process = self._launcher.start()

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
            if self.connection is None:
                return None
            if self.connection.poll(0.05):
                self.hear()
        return None

    def close(self) -> None:
        """Ends the server and what it forked."""
        is_there = self.connection is not None
        if self.connection is not None:
            self.connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            # One that is still at its imports does not hear that it is over.
            self._process.wait(timeout=2 if is_there else 0)
        kill_group(self._process.pid)
        self._process.wait()
