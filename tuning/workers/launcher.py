"""Starts the interpreters of a pool: the server, or a worker where nothing can be forked."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tuning.workers.fork_server import Setup

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
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
        environment: Of the processes; what it is now, also for those that start later.
    """

    address: str
    key: bytes
    threads: int
    log: IO[bytes]
    preload: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def start(self, slot: int | None = None) -> subprocess.Popen[bytes]:
        """Starts an interpreter.

        Args:
            slot: Index of the worker that it becomes; None for a server.
        """
        setup = Setup(
            address=self.address,
            key=self.key,
            path=[str(Path.cwd()) if entry == "" else entry for entry in _import_path()],
            preload=self.preload,
            slot=slot,
            devices=self.devices,
        )
        threads = dict.fromkeys(_THREAD_VARIABLES, str(self.threads))
        process = subprocess.Popen(
            # `-P`: a folder `tuning` where the user happens to be is not this package.
            [sys.executable, "-P", "-c", "from tuning.workers.fork_server import main; main()"],
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
            env={**self.environment, **threads, "PYTHONPATH": os.pathsep.join(setup.path)},
            start_new_session=True,  # Ctrl-C in a terminal goes to the search alone
        )
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # killed already; that is found out later
                process.stdin.write(pickle.dumps(setup))
                process.stdin.close()
        return process


def _import_path() -> Sequence[str]:
    """The search's own path, with the working directory, where scripts and tests live."""
    return [*sys.path, ""] if "" not in sys.path else sys.path
