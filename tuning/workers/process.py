"""One worker process as the search holds it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import psutil


@dataclass
class Worker:
    """One worker process.

    Attributes:
        slot: Index of the worker, from 0; its replacement has the same.
        asked: When its process was asked for, `time.monotonic()`.
        pid: Process id once it reported.
        connection: Connection once it reported.
        ready: Whether it has the objective.
        trials: Trials it was given.
        settled_bytes: Resident memory after its first trial, None before.
        status: Exit status once it ended and the status is known.
    """

    slot: int
    asked: float = field(default_factory=time.monotonic)
    pid: int | None = None
    connection: Connection | None = None
    ready: bool = False
    trials: int = 0
    settled_bytes: int | None = None
    status: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def send(self, message: Any) -> None:
        """Sends a message; a worker that just died is found out by `Pool.receive`."""
        if self.connection is not None:
            with contextlib.suppress(OSError):
                self.connection.send(message)

    def resident_bytes(self) -> int:
        """Resident memory, 0 when the process is gone."""
        if self.pid is None:
            return 0
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def growth_bytes(self) -> int:
        """Resident memory that it gained since its first trial; 0 after the first trial itself."""
        used = self.resident_bytes()
        if self.settled_bytes is None:
            self.settled_bytes = used
        return used - self.settled_bytes

    def kill(self) -> None:
        """Ends the process at once, whatever it does."""
        if self.connection is not None:
            self.connection.close()
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def describe_exit(status: int | None) -> str:
    """Says how a process ended.

    Args:
        status: Exit status, or minus a signal's number, or None when unknown.

    Example:
        >>> describe_exit(-9), describe_exit(3)
        ('killed by SIGKILL', 'ended with exit status 3')
    """
    if status is None:
        return "disappeared"
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
