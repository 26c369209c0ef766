"""The worker pool of one machine: processes that a server forks."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuning.errors import JobError
from tuning.workers.objective import Payload
from tuning.workers.pool import Asked, Ended, Lost, Message, Stopped, TrialTask
from tuning.workers.processes import CAN_FORK, WorkerProcesses
from tuning.workers.server_process import StartError
from tuning.workers.supervisor import Running, Starts, Supervisor
from tuning.workers.worker_log import WorkerLog
from tuning.workers.worker_process import WorkerProcess, describe_exit

LOG_NAME = "workers.log"


class LocalPool:
    """Runs tasks in processes of this machine; see `WorkerPool` for the rules.

    Args:
        size: Most workers.
        log: File that receives what workers print.
        threads: Threads of the numeric libraries in each worker.
        preload: Modules that are imported once for all workers.
        devices: One GPU for each worker, in the words of `CUDA_VISIBLE_DEVICES`, which it then
            sees alone; empty for all that this machine has.
        tensorflow_threads: Threads of TensorFlow in each worker; None for `threads`.
        recycle_after: Tasks after which a worker is replaced.
        recycle_growth: Bytes that a worker may grow after its first task until it is replaced.
        use_fork: Whether a server forks the workers; otherwise each is a fresh interpreter.

    Raises:
        ValueError: If there are fewer devices than workers.
    """

    def __init__(
        self,
        size: int,
        *,
        log: Path,
        threads: int = 1,
        preload: Sequence[str] = (),
        devices: Sequence[str] = (),
        tensorflow_threads: int | None = None,
        recycle_after: int = 200,
        recycle_growth: int = 250 * 10**6,
        use_fork: bool = CAN_FORK,
    ) -> None:
        if devices and len(devices) < size:
            raise ValueError(
                f"Each of {size} workers needs a GPU of its own. Got {len(devices)}: "
                f"ask for {len(devices)} workers."
            )
        self.size = size
        self._recycle_after = recycle_after
        self._recycle_growth = recycle_growth
        self._log = WorkerLog(log)
        self._processes = WorkerProcesses(
            threads=threads,
            log=self._log,
            preload=tuple(preload),
            devices=tuple(devices),
            tensorflow_threads=tensorflow_threads,
            use_fork=use_fork,
        )
        self._starts = Starts(self._log)
        self._supervisor = Supervisor()
        self._vacant: list[int] = []  # slots whose worker is still to be started
        self._started = 0
        self._idle: list[WorkerProcess] = []
        self._queue: deque[tuple[TrialTask, Payload]] = deque()  # until a worker takes it
        self._running: dict[str, Running] = {}
        self._keys: dict[str | bytes, str] = {}

    def move_log(self, folder: Path) -> None:
        """Keeps what workers print in another folder of the same disk from now on."""
        self._log.move(folder / LOG_NAME)

    def prepare(self) -> None:
        """Lets the imports begin that the first worker would wait for; returns at once."""
        self._processes.prepare()

    @property
    def free(self) -> int:
        """Workers that are ready for a task now."""
        return max(0, len(self._idle) - len(self._queue))

    def ensure(self, count: int) -> None:
        """Starts workers until there are `count` of them, or `size`; returns at once."""
        while self._started < min(count, self.size):
            self._processes.start(self._started)
            self._started += 1

    def submit(self, task: TrialTask, payload: Payload) -> None:
        """Gives a task to a free worker.

        Raises:
            RuntimeError: If no worker is free.
        """
        if self.free < 1:
            raise RuntimeError("A task needs a free worker. Got none: look at `free` first.")
        self._queue.append((task, payload))
        self._hand_out()

    def _hand_out(self) -> None:
        """Gives tasks to idle workers; one that just died, unnoticed yet, gets none."""
        while self._queue and self._idle:
            worker = self._idle.pop(0)
            if self._give(worker, *self._queue[0]):
                self._queue.popleft()

    def _give(self, worker: WorkerProcess, task: TrialTask, payload: Payload) -> bool:
        key = self._key(payload)
        if key not in worker.objectives:
            worker.objectives.add(key)
            worker.send(("objective", key, payload.content))
        if not worker.send(("run", key, task)):
            return False
        deadline = None if task.timeout is None else time.monotonic() + task.timeout
        self._running[task.token] = Running(task=task, worker=worker, deadline=deadline)
        worker.tasks += 1
        return True

    def _key(self, payload: Payload) -> str:
        key = self._keys.get(payload.content)
        if key is None:
            content = payload.content
            plain = content if isinstance(content, bytes) else content.encode()
            key = self._keys[content] = hashlib.sha256(plain).hexdigest()
        return key

    def answer(self, token: str, *, prunes: bool) -> None:
        """Answers `Asked`; nothing happens when the task has ended."""
        running = self._running.get(token)
        if running is not None:
            running.worker.send(prunes)

    def cancel(self, token: str) -> None:
        """Ends a task by force; nothing happens when it has ended."""
        self._queue = deque(one for one in self._queue if one[0].token != token)
        running = self._running.pop(token, None)
        if running is not None:
            self._replace(running.worker)

    def receive(self, timeout: float) -> list[Message]:
        """Waits for messages.

        Args:
            timeout: Most seconds to wait.

        Raises:
            JobError: If workers do not start.
        """
        self._fill_vacant()
        try:
            heard = self._processes.receive(timeout)
        except StartError as error:
            raise JobError(f"Workers do not start: {error}. {self._log.last_words()}") from error
        messages = [
            message
            for worker, said in heard
            if (message := self._understand(worker, said)) is not None
        ]
        for running, reason in self._supervisor.over_limit(self._running.values()):
            self.cancel(running.task.token)
            messages.append(Stopped(running.task.token, reason))
        self._log.keep_short()
        return messages

    def wake(self) -> None:
        """Ends a running `receive`, from any thread."""
        self._processes.wake()

    def close(self) -> None:
        """Ends every worker with all that its tasks started."""
        self._running.clear()
        self._idle.clear()
        self._processes.close()
        self._log.close()

    def _understand(self, worker: WorkerProcess, said: tuple[Any, ...]) -> Message | None:
        if said[0] == "ready":
            worker.ready = True
            self._starts.succeeded()
            self._idle.append(worker)
            self._hand_out()
            return None
        if said[0] == "gone":
            return self._lose(worker)
        token = said[1]
        if token not in self._running:  # cancelled while it spoke
            return None
        if said[0] == "asked":
            return Asked(token, said[2], said[3])
        del self._running[token]
        self._rest(worker)
        return Ended(token, said[2])

    def _rest(self, worker: WorkerProcess) -> None:
        """Makes a worker idle after its task, or replaces it when it ran or grew enough."""
        ran_enough = worker.tasks >= self._recycle_after
        if worker.growth_bytes() > self._recycle_growth or ran_enough:
            self._processes.retire(worker)
            self._vacant.append(worker.slot)
            self._fill_vacant()
        else:
            self._idle.append(worker)
            self._hand_out()

    def _lose(self, worker: WorkerProcess) -> Message | None:
        """A worker's process ended by itself."""
        how = f"the worker {describe_exit(self._processes.exit_status(worker))}"
        token = next((t for t, r in self._running.items() if r.worker is worker), None)
        if token is not None:
            del self._running[token]
        if not worker.ready:
            self._starts.failed(how)
        self._replace(worker)
        return None if token is None else Lost(token, how)

    def _replace(self, worker: WorkerProcess) -> None:
        """Puts a new process in a worker's place."""
        if worker in self._idle:
            self._idle.remove(worker)
        self._processes.discard(worker)
        self._vacant.append(worker.slot)
        self._fill_vacant()

    def _fill_vacant(self) -> None:
        while self._vacant and self._starts.may_start:
            self._processes.start(self._vacant.pop())
