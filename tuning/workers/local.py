"""Worker processes as the search sees them: started, talked to, watched, killed."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener, wait
from pathlib import Path
from typing import Any, cast

from tuning.errors import JobError
from tuning.workers.fork_server import Setup
from tuning.workers.objective import Payload
from tuning.workers.process import Worker

CAN_FORK = sys.platform.startswith("linux")  # macOS' system libraries do not survive a fork
_START_SECONDS = 120.0
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


class Pool:
    """A server and the workers it makes.

    Args:
        payload: The objective.
        threads: Threads of the numeric libraries in each worker.
        log: File that receives what workers print.
        use_fork: Whether a server forks the workers; otherwise each is a fresh interpreter.
    """

    def __init__(
        self, payload: Payload, *, threads: int, log: Path, use_fork: bool = CAN_FORK
    ) -> None:
        self._payload = payload
        self._use_fork = use_fork
        self._environment = {**os.environ, **dict.fromkeys(_THREAD_VARIABLES, str(threads))}
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log.open("ab")
        self._key = secrets.token_bytes(32)
        self._listener = Listener(authkey=self._key)
        self._arrivals: queue.Queue[Connection] = queue.Queue()
        self._workers: list[Worker] = []
        self._ended: dict[int, int] = {}
        self._server: subprocess.Popen[bytes] | None = None
        self._server_connection: Connection | None = None
        self._waiting: list[int] = []
        self._closed = False
        self._asked = time.monotonic()
        threading.Thread(target=self._accept, daemon=True, name="tuning-accept").start()
        if use_fork:
            self._server = self._spawn(None)

    def _spawn(self, slot: int | None) -> subprocess.Popen[bytes]:
        setup = Setup(
            address=cast(str, self._listener.address),
            key=self._key,
            path=[str(Path.cwd()) if entry == "" else entry for entry in _import_path()],
            preload=self._payload.preload,
            slot=slot,
        )
        process = subprocess.Popen(
            [sys.executable, "-c", "from tuning.workers.fork_server import main; main()"],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            env={**self._environment, "PYTHONPATH": os.pathsep.join(setup.path)},
            start_new_session=True,  # Ctrl-C in a terminal goes to the search alone
        )
        if process.stdin is not None:
            process.stdin.write(pickle.dumps(setup))
            process.stdin.close()
        return process

    def _accept(self) -> None:
        while True:
            try:
                self._arrivals.put(self._listener.accept())
            except Exception:
                # A worker that was killed while it reported, or a stranger without the key.
                if self._closed:
                    return
            if self._closed:
                return

    def start_worker(self, slot: int) -> Worker:
        """Asks for a worker; it reports through `receive` when it is there."""
        worker = Worker(slot=slot)
        self._workers.append(worker)
        if not self._use_fork:
            worker.process = self._spawn(slot)
            worker.pid = worker.process.pid
        elif self._server_connection is not None:
            self._server_connection.send(("fork", slot))
        else:
            self._waiting.append(slot)
        return worker

    @property
    def starting(self) -> bool:
        """Whether a worker is on its way."""
        return any(not worker.ready for worker in self._workers)

    def receive(self, timeout: float) -> list[tuple[Worker, tuple[Any, ...]]]:
        """Waits for messages of the workers.

        Args:
            timeout: Most seconds to wait.

        Returns:
            Worker and message; `("gone",)` stands for a worker whose process ended.

        Raises:
            JobError: If the objective's modules cannot be imported.
        """
        self._welcome()
        by_connection = {w.connection: w for w in self._workers if w.connection is not None}
        watched: list[Connection] = [c for c in by_connection if not c.closed]
        if self._server_connection is not None:
            watched.append(self._server_connection)
        if not watched:
            time.sleep(min(timeout, 0.01))
        messages: list[tuple[Worker, tuple[Any, ...]]] = []
        # New workers arrive through a queue, so a wait is short while one is on its way.
        arriving = any(w.connection is None for w in self._workers)
        for connection in wait(watched, timeout=min(timeout, 0.005) if arriving else timeout):
            if connection is self._server_connection:
                self._hear_server()
                continue
            worker = by_connection[cast(Connection, connection)]
            try:
                messages.append((worker, cast(Connection, connection).recv()))
            except (EOFError, OSError, pickle.UnpicklingError):
                messages.append((worker, ("gone",)))
        messages += [(worker, ("gone",)) for worker in self._unborn()]
        return messages

    def _welcome(self) -> None:
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
                    worker.send(("objective", self._payload.content))
                    break
            else:
                connection.close()

    def _meet_server(self, connection: Connection, failure: str | None) -> None:
        if failure is not None:
            raise JobError(
                f"The modules of the objective {self._payload.name} cannot be imported:\n{failure}"
            )
        self._server_connection = connection
        for slot in self._waiting:
            connection.send(("fork", slot))
        self._waiting = []

    def _hear_server(self) -> None:
        connection = self._server_connection
        if connection is None:
            return
        try:
            message = connection.recv()
        except (EOFError, OSError):
            # Somebody killed the server. A new one takes over, also for workers on their way.
            connection.close()
            self._server_connection = None
            if self._server is not None:
                self._server.wait()
            self._server = self._spawn(None)
            self._waiting = [w.slot for w in self._workers if w.connection is None]
            return
        if message[0] == "exit":
            self._ended[message[1]] = message[2]
            return
        _, slot, pid = message
        for worker in self._workers:
            if worker.slot == slot and worker.pid is None:
                worker.pid = pid

    def _unborn(self) -> list[Worker]:
        """Workers whose process never reported."""
        lost = []
        for worker in self._workers:
            if worker.connection is not None:
                continue
            ended = worker.pid in self._ended or (
                worker.process is not None and worker.process.poll() is not None
            )
            late = time.monotonic() - max(worker.asked, self._asked) > _START_SECONDS
            server_died = self._server is not None and self._server.poll() is not None
            if server_died and self._server_connection is None:
                raise JobError(
                    "The workers' server ended before it could start a worker "
                    f"(exit status {self._server.poll() if self._server else None}); "
                    f"its messages are in {self._log.name}."
                )
            if ended or late:
                lost.append(worker)
        return lost

    def exit_status(self, worker: Worker, *, patience: float = 1.0) -> int | None:
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

    def discard(self, worker: Worker) -> None:
        """Forgets a worker, ending its process when it still lives."""
        worker.kill()
        if worker in self._workers:
            self._workers.remove(worker)
        if worker.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.process.wait(timeout=5)

    def retire(self, worker: Worker) -> None:
        """Lets an idle worker end by itself and forgets it."""
        worker.send(("stop",))
        if worker.connection is not None:
            worker.connection.close()
        if worker in self._workers:
            self._workers.remove(worker)

    def close(self) -> None:
        """Ends every process."""
        for worker in list(self._workers):
            self.discard(worker)
        if self._server_connection is not None:
            self._server_connection.close()
        if self._server is not None:
            try:
                self._server.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        self._closed = True
        with contextlib.suppress(Exception):
            Client(self._listener.address, authkey=self._key).close()  # ends the wait for workers
        self._listener.close()
        self._log.close()


def _import_path() -> Sequence[str]:
    """The search's own path, with the working directory, where scripts and tests live."""
    return [*sys.path, ""] if "" not in sys.path else sys.path
