"""Worker processes of this machine: started, listened to, ended."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import time
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from tuning.workers.arrivals import Arrivals
from tuning.workers.launcher import Launcher
from tuning.workers.server_process import ServerProcess
from tuning.workers.worker_log import WorkerLog
from tuning.workers.worker_process import WorkerProcess

CAN_FORK = sys.platform.startswith("linux")  # macOS' system libraries do not survive a fork
START_SECONDS = 120.0


class WorkerProcesses:
    """The workers of a pool and the server that makes them.

    Args:
        threads: Threads of the numeric libraries in each worker.
        log: Receives what workers print.
        preload: Modules that the server imports once for all workers.
        devices: GPU that the worker of each slot sees alone; empty for what this machine has.
        tensorflow_threads: Threads of TensorFlow in each worker; None for `threads`.
        use_fork: Whether a server forks the workers; otherwise each is a fresh interpreter.
    """

    def __init__(
        self,
        *,
        threads: int,
        log: WorkerLog,
        preload: tuple[str, ...] = (),
        devices: tuple[str, ...] = (),
        tensorflow_threads: int | None = None,
        use_fork: bool = CAN_FORK,
    ) -> None:
        self._arrivals = Arrivals()
        self._launcher = Launcher(
            address=self._arrivals.address,
            key=self._arrivals.key,
            threads=threads,
            log=log,
            preload=preload,
            devices=devices,
            tensorflow_threads=tensorflow_threads,
        )
        self._workers: list[WorkerProcess] = []
        self._use_fork = use_fork
        self._server: ServerProcess | None = None
        self._closed = False

    def wake(self) -> None:
        """Ends a running `receive`, from any thread."""
        self._arrivals.wake()

    def prepare(self) -> None:
        """Lets the imports begin that the first worker would wait for; later calls do nothing."""
        if self._use_fork and self._server is None:
            self._server = ServerProcess(self._launcher)

    def start(self, slot: int) -> WorkerProcess:
        """Asks for a worker; it reports through `receive` when it is there."""
        self.prepare()
        worker = WorkerProcess(slot=slot)
        self._workers.append(worker)
        if self._server is not None:
            self._server.fork(slot)
        else:
            worker.process = self._launcher.start_worker(slot)
            worker.pid = worker.process.pid
        return worker

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
        server = self._server
        if server is not None and server.connection is not None:
            watched.append(server.connection)
        messages: list[tuple[WorkerProcess, tuple[Any, ...]]] = []
        for source in wait([*watched, self._arrivals.bell], timeout=timeout):
            if source is self._arrivals.bell:
                self._arrivals.silence()
            elif server is not None and source is server.connection:
                server.hear()
            else:
                worker = by_connection[cast(Connection, source)]
                messages.append((worker, _message(cast(Connection, source))))
        self._note_forked()
        self._welcome()
        self._look_after_server()
        return messages + [(worker, ("gone",)) for worker in self._missing()]

    def exit_status(self, worker: WorkerProcess, *, patience: float = 1.0) -> int | None:
        """How a worker's process ended: its exit status, or minus the signal's number.

        Args:
            worker: A worker that is gone.
            patience: Seconds to wait for the news.
        """
        if worker.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return worker.process.wait(timeout=patience)
        if self._server is None:
            return None
        return self._server.exit_status(worker.pid, patience=patience)

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
        """Ends every process; the server waits for the next search for a while."""
        if self._closed:
            return
        self._closed = True
        for worker in list(self._workers):
            self.discard(worker)
        if self._server is not None:
            self._server.close()
        self._arrivals.close()

    def _welcome(self) -> None:
        """Takes in what connected meanwhile."""
        for connection, (pid, slot) in self._arrivals.take():
            for worker in self._workers:
                expected = worker.slot == slot and worker.pid in (None, pid)
                if expected and worker.connection is None:
                    worker.pid, worker.connection = pid, connection
                    break
            else:
                connection.close()

    def _look_after_server(self) -> None:
        if self._server is None or not self._server.look_after():
            return
        for worker in self._workers:
            if worker.connection is None:  # asked of the server that was killed
                worker.pid = None
                self._server.fork(worker.slot)

    def _note_forked(self) -> None:
        for slot, pid in [] if self._server is None else self._server.take_forked():
            for worker in self._workers:
                if worker.slot == slot and worker.pid is None:
                    worker.pid = pid

    def _missing(self) -> list[WorkerProcess]:
        """Workers whose process ended, or is very late, before it reported."""
        late = time.monotonic() - START_SECONDS
        return [
            worker
            for worker in self._workers
            if worker.connection is None and (self._has_ended(worker) or worker.asked < late)
        ]

    def _has_ended(self, worker: WorkerProcess) -> bool:
        if worker.process is not None:
            return worker.process.poll() is not None
        return self._server is not None and self._server.has_ended(worker.pid)


def _message(connection: Connection) -> tuple[Any, ...]:
    try:
        received: tuple[Any, ...] = connection.recv()
    except (EOFError, OSError, pickle.UnpicklingError):
        return ("gone",)
    return received
