"""Worker processes of this machine: started, listened to, ended; the server that forks them."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener, wait
from pathlib import Path
from typing import IO, Any, cast

from tuning.errors import JobError
from tuning.workers.fork_server import Setup
from tuning.workers.worker_process import WorkerProcess, describe_exit, kill_group

CAN_FORK = sys.platform.startswith("linux")  # macOS' system libraries do not survive a fork
START_SECONDS = 120.0
MOST_STARTS = 10  # in a row without one that is ready
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


class StartError(Exception):
    """Processes die before they can do anything."""


class WorkerProcesses:
    """A server and the workers it makes.

    Args:
        threads: Threads of the numeric libraries in each worker.
        log: Receives what workers print.
        preload: Modules that the server imports once for all workers.
        devices: GPU that the worker of each slot sees alone; empty for what this machine has.
        use_fork: Whether a server forks the workers; otherwise each is a fresh interpreter.
    """

    def __init__(
        self,
        *,
        threads: int,
        log: IO[bytes],
        preload: tuple[str, ...] = (),
        devices: tuple[str, ...] = (),
        use_fork: bool = CAN_FORK,
    ) -> None:
        self._use_fork = use_fork
        self._preload = preload
        self._devices = devices
        self._environment = {**os.environ, **dict.fromkeys(_THREAD_VARIABLES, str(threads))}
        self._log = log
        self._key = secrets.token_bytes(32)
        self._listener = Listener(authkey=self._key)
        self._arrivals: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._alarm, self._bell = socket.socketpair()
        for end in (self._alarm, self._bell):
            end.setblocking(False)
        self._workers: list[WorkerProcess] = []
        self._ended: dict[int, int] = {}
        self._server: subprocess.Popen[bytes] | None = None
        self._server_connection: Connection | None = None
        self._server_starts = 0  # since a server was last there
        self._closed = False
        threading.Thread(target=self._accept, daemon=True, name="tuning-accept").start()
        if use_fork:
            self._server = self._spawn(None)

    def _spawn(self, slot: int | None) -> subprocess.Popen[bytes]:
        setup = Setup(
            address=cast(str, self._listener.address),
            key=self._key,
            path=[str(Path.cwd()) if entry == "" else entry for entry in _import_path()],
            preload=self._preload,
            slot=slot,
            devices=self._devices,
        )
        process = subprocess.Popen(
            # `-P`: a folder `tuning` where the user happens to be is not this package.
            [sys.executable, "-P", "-c", "from tuning.workers.fork_server import main; main()"],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            env={**self._environment, "PYTHONPATH": os.pathsep.join(setup.path)},
            start_new_session=True,  # Ctrl-C in a terminal goes to the search alone
        )
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # killed already; that is found out later
                process.stdin.write(pickle.dumps(setup))
                process.stdin.close()
        return process

    def _accept(self) -> None:
        while True:
            try:
                self._arrivals.put(self._listener.accept())
                self.wake()
            except Exception:
                # A worker that was killed while it reported, or a stranger without the key.
                if self._closed:
                    return
            if self._closed:
                return

    def wake(self) -> None:
        """Ends a running `receive`, from any thread."""
        with contextlib.suppress(OSError):  # full: it is awake already; closed: it is over
            self._bell.send(b"!")

    def start(self, slot: int) -> WorkerProcess:
        """Asks for a worker; it reports through `receive` when it is there."""
        worker = WorkerProcess(slot=slot)
        self._workers.append(worker)
        if self._use_fork:
            self._ask_server(slot)
        else:
            worker.process = self._spawn(slot)
            worker.pid = worker.process.pid
        return worker

    def _ask_server(self, slot: int) -> None:
        """Asks for a fork; a server that is not there yet is asked when it is."""
        if self._server_connection is not None:
            with contextlib.suppress(OSError):  # killed; `receive` finds that out and asks again
                self._server_connection.send(("fork", slot))

    def receive(self, timeout: float) -> list[tuple[WorkerProcess, tuple[Any, ...]]]:
        """Waits for messages of the workers.

        Args:
            timeout: Most seconds to wait.

        Returns:
            Worker and message; `("gone",)` stands for a worker whose process ended.

        Raises:
            JobError: If the modules to be preloaded cannot be imported.
            StartError: If the server dies again and again before it is there.
        """
        by_connection = {w.connection: w for w in self._workers if w.connection is not None}
        watched: list[Any] = [c for c in by_connection if not c.closed]
        if self._server_connection is not None:
            watched.append(self._server_connection)
        messages: list[tuple[WorkerProcess, tuple[Any, ...]]] = []
        for source in wait([*watched, self._alarm], timeout=timeout):
            if source is self._alarm:
                with contextlib.suppress(BlockingIOError):
                    self._alarm.recv(4096)
            elif source is self._server_connection:
                self._hear_server()
            else:
                worker = by_connection[cast(Connection, source)]
                messages.append((worker, _message(cast(Connection, source))))
        self._welcome()
        self._look_after_server()
        return messages + [(worker, ("gone",)) for worker in self._missing()]

    def _welcome(self) -> None:
        """Takes in what connected meanwhile."""
        while True:
            try:
                connection = self._arrivals.get_nowait()
            except queue.Empty:
                return
            try:
                kind, pid, detail = connection.recv()
            except (EOFError, OSError):
                continue
            if kind == "server":
                self._meet_server(connection, detail)
                continue
            for worker in self._workers:
                expected = worker.slot == detail and worker.pid in (None, pid)
                if expected and worker.connection is None:
                    worker.pid, worker.connection = pid, connection
                    break
            else:
                connection.close()

    def _meet_server(self, connection: Connection, failure: str | None) -> None:
        if failure is not None:
            raise JobError(f"The modules of the objective cannot be imported:\n{failure}")
        self._server_connection, self._server_starts = connection, 0
        for worker in self._workers:
            if worker.connection is None:  # asked for while there was no server
                worker.pid = None
                self._ask_server(worker.slot)

    def _hear_server(self) -> None:
        connection = self._server_connection
        if connection is None:
            return
        try:
            message = connection.recv()
        except (EOFError, OSError):
            connection.close()
            self._server_connection = None
            return
        if message[0] == "exit":
            self._ended[message[1]] = message[2]
            return
        _, slot, pid = message
        self._ended.pop(pid, None)  # an earlier process that had this id
        for worker in self._workers:
            if worker.slot == slot and worker.pid is None:
                worker.pid = pid

    def _look_after_server(self) -> None:
        """Somebody killed the server: a new one takes over, also for workers on their way."""
        if self._server is None or self._server_connection is not None:
            return
        status = self._server.poll()
        if status is None:
            return
        if self._server_starts >= MOST_STARTS:
            raise StartError(f"the workers' server {describe_exit(status)}")
        self._server_starts += 1
        self._server = self._spawn(None)

    def _missing(self) -> list[WorkerProcess]:
        """Workers whose process ended, or is very late, before it reported."""
        late = time.monotonic() - START_SECONDS
        return [
            worker
            for worker in self._workers
            if worker.connection is None
            and (
                worker.pid in self._ended
                or (worker.process is not None and worker.process.poll() is not None)
                or worker.asked < late
            )
        ]

    def exit_status(self, worker: WorkerProcess, *, patience: float = 1.0) -> int | None:
        """How a worker's process ended: its exit status, or minus the signal's number.

        Args:
            worker: A worker that is gone.
            patience: Seconds to wait for the news.
        """
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if worker.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return worker.process.wait(timeout=patience)
            if worker.pid in self._ended:
                return self._ended.pop(worker.pid)
            connection = self._server_connection
            if connection is None:
                return None
            if connection.poll(0.05):
                self._hear_server()
        return None

    def discard(self, worker: WorkerProcess) -> None:
        """Forgets a worker and ends its process with all it started."""
        worker.kill()
        if worker in self._workers:
            self._workers.remove(worker)
        if worker.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.process.wait(timeout=5)

    def retire(self, worker: WorkerProcess) -> None:
        """Lets an idle worker end by itself and forgets it."""
        worker.send(("stop",))
        if worker.connection is not None:
            worker.connection.close()
        if worker in self._workers:
            self._workers.remove(worker)

    def close(self) -> None:
        """Ends every process."""
        if self._closed:
            return
        self._closed = True
        for worker in list(self._workers):
            self.discard(worker)
        if self._server_connection is not None:
            self._server_connection.close()
        if self._server is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                # One that is still at its imports does not hear that it is over.
                self._server.wait(timeout=2 if self._server_connection is not None else 0)
            kill_group(self._server.pid)
            self._server.wait()
        with contextlib.suppress(Exception):
            Client(self._listener.address).close()  # a stranger: ends the wait for workers
        self._listener.close()
        self._alarm.close()
        self._bell.close()


def _message(connection: Connection) -> tuple[Any, ...]:
    try:
        received: tuple[Any, ...] = connection.recv()
    except (EOFError, OSError, pickle.UnpicklingError):
        return ("gone",)
    return received


def _import_path() -> Sequence[str]:
    """The search's own path, with the working directory, where scripts and tests live."""
    return [*sys.path, ""] if "" not in sys.path else sys.path
