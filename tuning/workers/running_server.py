"""A workers' server that runs, whichever pool it serves."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tuning.workers.fork_server import REST, RESTED, Loaded
from tuning.workers.module_files import are_unchanged
from tuning.workers.worker_process import kill_group

_REST_SECONDS = 2.0  # for a server that ends its workers


@dataclass(frozen=True, kw_only=True)
class ServerKey:
    """What a server is started with; another search needs the same of it.

    Attributes:
        path: `sys.path`.
        preload: Modules that it imports.
        folder: Working directory.
        environment: Environment variables.
    """

    path: tuple[str, ...]
    preload: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]


class RunningServer:
    """A process that forks workers.

    Args:
        key: What it was started with.
        process: The process.
        connection: The connection to it.

    Attributes:
        process: The process.
        connection: Takes its orders, brings its messages.
        loaded: What it said when its imports were done, None before.
    """

    def __init__(
        self, key: ServerKey, process: subprocess.Popen[bytes], connection: Connection
    ) -> None:
        self.process = process
        self.connection = connection
        self.loaded: Loaded | None = None
        self._key = key

    def can_serve(self, key: ServerKey) -> bool:
        """Whether its workers would be those of a server that is started now.

        Args:
            key: What that server would be started with.
        """
        loaded = self.loaded
        if loaded is None or self.process.poll() is not None:
            return False
        mine = self._key
        if (key.path, key.preload, key.folder) != (mine.path, mine.preload, mine.folder):
            return False
        # A variable that imports set has meanwhile been set by the same imports here.
        names = {*key.environment, *mine.environment}
        as_started = all(
            key.environment.get(name) in (mine.environment.get(name), loaded.environment.get(name))
            for name in names
        )
        return as_started and are_unchanged(loaded.files)

    def rest(self) -> bool:
        """Ends its workers and forgets their search; False when it is of no use any more."""
        if self.loaded is None:
            return False
        try:
            self.connection.send((REST,))
            end = time.monotonic() + _REST_SECONDS
            while self.connection.poll(max(0.0, end - time.monotonic())):
                if self.connection.recv()[0] == RESTED:
                    return True
        except (EOFError, OSError):
            pass  # killed
        return False

    def end(self) -> None:
        """Ends it with what it forked."""
        self.connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            # One that is still at its imports does not hear that it is over.
            self.process.wait(timeout=0 if self.loaded is None else _REST_SECONDS)
        kill_group(self.process.pid)
        self.process.wait()
