"""One worker process as the pool holds it, and how processes are ended with all they started."""

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

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@dataclass
class WorkerProcess:
    """One worker process.

    Attributes:
        slot: Index of the worker, from 0; its replacement has the same.
        asked: When its process was asked for, `time.monotonic()`.
        pid: Process id once it reported.
        connection: Connection once it reported.
        ready: Whether it reported.
        tasks: Tasks it was given.
        objectives: Keys of the objectives that it was sent.
        settled_bytes: Resident memory after its first task, None before.
        process: The process where no server forks it.
    """

    slot: int
    asked: float = field(default_factory=time.monotonic)
    pid: int | None = None
    connection: Connection | None = None
    ready: bool = False
    tasks: int = 0
    objectives: set[str] = field(default_factory=set)
    settled_bytes: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def send(self, message: Any) -> bool:
        """Sends a message; False when the worker just died, which `receive` will tell."""
        if self.connection is None:
            return False
        try:
            self.connection.send(message)
        except OSError:
            return False
        return True

    def resident_bytes(self) -> int:
        """Resident memory, 0 when the process is gone."""
        if self.pid is None:
            return 0
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def growth_bytes(self) -> int:
        """Resident memory that it gained since its first task; 0 after the first task itself."""
        used = self.resident_bytes()
        if self.settled_bytes is None:
            self.settled_bytes = used
        return used - self.settled_bytes

    def kill(self) -> None:
        """Ends the process and what it started at once, whatever they do."""
        if self.connection is not None:
            self.connection.close()
        if self.pid is not None:
            kill_tree(self.pid)


def kill_tree(pid: int) -> None:
    """Ends a process, its group, and its children that left the group.

    Args:
        pid: The process; a worker leads a group of its own.
    """
    children: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        children = psutil.Process(pid).children(recursive=True)
    kill_group(pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, _KILL)
    for child in children:
        with contextlib.suppress(psutil.Error):
            child.kill()


def kill_group(leader: int) -> None:
    """Ends what is left of the group that a process led; nothing when there is no such group."""
    if not hasattr(os, "killpg"):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, _KILL)


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
