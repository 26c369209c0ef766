"""Starts the interpreters of a pool: the server, or a worker where nothing can be forked."""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from tuning.workers.fork_server import DEVICES_VARIABLE, Imports, WorkerSetup
from tuning.workers.running_server import RunningServer, ServerKey
from tuning.workers.worker_log import WorkerLog

# TensorFlow reads its own when it first computes, the others are read by imports.
_TENSORFLOW_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    *_TENSORFLOW_THREADS,
)


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """Starts processes that report to one pool.

    Attributes:
        address: Where the pool listens.
        key: Authentication key of the connections.
        threads: Threads of the numeric libraries in each worker.
        log: Receives what workers print.
        preload: Modules that are imported before the first task.
        devices: GPU that the worker of each slot sees alone; empty for what this machine has.
        tensorflow_threads: Threads of TensorFlow in each worker; None for `threads`.
        environment: Of the processes; what it is now, also for those that start later.
        path: `sys.path` of the processes; the same.
    """

    address: str
    key: bytes
    threads: int
    log: WorkerLog
    preload: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    tensorflow_threads: int | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    path: tuple[str, ...] = field(default_factory=lambda: _import_path())

    @property
    def server_key(self) -> ServerKey:
        """What a server must have been started with to be of use here."""
        return ServerKey(
            path=self.path,
            preload=self.preload,
            folder=str(Path.cwd()),
            environment=self._environment,
        )

    def worker_setup(self, slot: int) -> WorkerSetup:
        """What the worker of a slot has to know."""
        changes = {DEVICES_VARIABLE: self.devices[slot]} if self.devices else {}
        if self.tensorflow_threads is not None:
            changes |= dict.fromkeys(_TENSORFLOW_THREADS, str(self.tensorflow_threads))
        return WorkerSetup(
            address=self.address,
            key=self.key,
            slot=slot,
            log=str(self.log.path),
            environment=changes,
        )

    def start_server(self) -> RunningServer:
        """Starts a server, which is told of no pool yet."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = self._interpreter("serve_forks", stdin=theirs.fileno())
        control = Connection(ours.detach())
        with contextlib.suppress(OSError):  # killed already; that is found out later
            control.send(self._imports)
        return RunningServer(self.server_key, process, control)

    def start_worker(self, slot: int) -> subprocess.Popen[bytes]:
        """Starts an interpreter that becomes the worker of a slot."""
        process = self._interpreter("work_alone", stdin=subprocess.PIPE)
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(pickle.dumps((self._imports, self.worker_setup(slot))))
                process.stdin.close()
        return process

    @property
    def _imports(self) -> Imports:
        return Imports(path=self.path, modules=self.preload)

    @property
    def _environment(self) -> dict[str, str]:
        threads = dict.fromkeys(_THREAD_VARIABLES, str(self.threads))
        return {**self.environment, **threads, "PYTHONPATH": os.pathsep.join(self.path)}

    def _interpreter(self, function: str, *, stdin: int) -> subprocess.Popen[bytes]:
        program = f"import tuning.workers.fork_server as server; server.{function}()"
        return subprocess.Popen(  # noqa: S603 - our own program
            # `-P`: a folder `tuning` where the user happens to be is not this package.
            [sys.executable, "-P", "-c", program],
            stdin=stdin,
            stdout=self.log.file,
            stderr=self.log.file,
            env=self._environment,
            start_new_session=True,  # Ctrl-C in a terminal goes to the search alone
        )


def _import_path() -> tuple[str, ...]:
    """The search's own path, with the working directory, where scripts and tests live."""
    path: Sequence[str] = [*sys.path, ""] if "" not in sys.path else sys.path
    return tuple(str(Path.cwd()) if entry == "" else entry for entry in path)
