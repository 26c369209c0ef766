"""The worker pool on a Ray cluster."""

from __future__ import annotations

import contextlib
import dataclasses
import queue
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning.errors import JobError
from tuning.queues import drain
from tuning.workers.objective import Payload
from tuning.workers.pool import Asked, Interrupted, Lost, Message, TrialTask
from tuning.workers.ray.cluster import Room, check_room, connect, disconnect, imported
from tuning.workers.ray.slot import Heard, Slot, SlotSetup
from tuning.workers.server_process import MOST_STARTS

_CLOSE_SECONDS = 5.0
_OUT_OF_MEMORY = "running low on memory"  # Ray's words when its monitor ended a process


@dataclass(eq=False)
class _Actor:
    """An actor as the pool sees it.

    Attributes:
        index: Its number, from 0.
        handle: Ray's handle.
        life: The life that its orders are for; None while it starts or is restarted.
        orders: Orders that were sent to this life.
        free: Whether its worker is ready and has no task.
        token: Its task's, or None.
    """

    index: int
    handle: Any
    life: str | None = None
    orders: int = 0
    free: bool = False
    token: str | None = None


class RayPool:
    """Runs tasks on the machines of a Ray cluster; see `WorkerPool` for the rules.

    Each worker is an actor that holds one process. A machine that goes away interrupts its tasks,
    which counts as no attempt of theirs; Ray starts the actors anew where there is room.

    Args:
        size: Most workers; None for as many as the cluster has room for, also when machines join
            or leave it.
        log: File that receives what workers print, each worker's with its number, on its machine.
        address: Ray's address, None for a cluster of this machine's own.
        threads: Threads of the numeric libraries, and cores of each worker.
        gpus: GPUs of each worker.
        memory: Bytes of memory that Ray sets aside for each worker, or None.
        preload: Modules that are imported once.
        recycle_after: Tasks after which a worker process is replaced.
        recycle_growth: Bytes that it may grow until it is replaced.

    Raises:
        JobError: If Ray is not there, or no machine can hold a worker.
    """

    def __init__(
        self,
        size: int | None,
        *,
        log: Path,
        address: str | None = None,
        threads: int = 1,
        gpus: int = 0,
        memory: int | None = None,
        preload: Sequence[str] = (),
        recycle_after: int = 200,
        recycle_growth: int = 250 * 10**6,
    ) -> None:
        self._request = {"CPU": float(threads), "GPU": float(gpus), "memory": float(memory or 0)}
        self._setup = SlotSetup(
            log=log,
            path=[str(Path.cwd()) if entry == "" else entry for entry in [*sys.path, ""]],
            threads=threads,
            preload=tuple(preload),
            recycle_after=recycle_after,
            recycle_growth=recycle_growth,
        )
        self._actors: list[_Actor] = []
        self._inbox: queue.SimpleQueue[tuple[_Actor, str, Future[Any]] | None] = queue.SimpleQueue()
        self._failed = 0  # starts in a row
        self._closed = False
        self._connected = connect(address, cpus=None if size is None else size * threads)
        try:
            check_room(self._request)
        except JobError:
            self.close()
            raise
        self._room = Room(self._request)
        self._size = size

    @property
    def size(self) -> int:
        """Most tasks at a time: what was asked for, or what the cluster has room for by now."""
        return self._room.workers() if self._size is None else self._size

    @property
    def free(self) -> int:
        """Workers that are ready for a task now."""
        return sum(actor.free for actor in self._actors)

    def prepare(self) -> None:
        """Does nothing: Ray chooses the machine of a worker when it is asked for."""

    def ensure(self, count: int) -> None:
        """Asks Ray for workers until there are `count` of them, or `size`; returns at once."""
        while len(self._actors) < min(count, self.size):
            actor = _Actor(len(self._actors), None)
            self._actors.append(actor)
            self._start(actor)

    def submit(self, task: TrialTask, payload: Payload) -> None:
        """Gives a task to a free worker.

        Raises:
            RuntimeError: If no worker is free.
        """
        actor = next((actor for actor in self._actors if actor.free), None)
        if actor is None:
            raise RuntimeError("A task needs a free worker. Got none: look at `free` first.")
        actor.free, actor.token = False, task.token
        self._order(actor, "submit", task, payload)

    def answer(self, token: str, *, prunes: bool) -> None:
        """Answers `Asked`; nothing happens when the task has ended."""
        for actor in self._actors:
            if actor.token == token:
                self._order(actor, "answer", token, prunes)

    def cancel(self, token: str) -> None:
        """Ends a task by force; nothing happens when it has ended."""
        for actor in self._actors:
            if actor.token == token:
                actor.token = None
                self._order(actor, "cancel", token)

    def receive(self, timeout: float) -> list[Message]:
        """Waits for messages.

        Args:
            timeout: Most seconds to wait.

        Raises:
            JobError: If workers do not start.
        """
        arrived = drain(self._inbox, timeout=timeout)
        return [message for one in arrived if one is not None for message in self._understand(*one)]

    def wake(self) -> None:
        """Ends a running `receive`, from any thread."""
        self._inbox.put(None)

    def close(self) -> None:
        """Ends every worker with all that its tasks started."""
        if self._closed:
            return
        self._closed = True
        ray = imported()
        with contextlib.suppress(Exception):  # a cluster that is gone has no workers
            closing = [actor.handle.close.remote() for actor in self._actors if actor.life]
            if closing:
                ray.wait(closing, num_returns=len(closing), timeout=_CLOSE_SECONDS)
            for actor in self._actors:
                ray.kill(actor.handle)
        self._actors.clear()
        if self._connected:
            disconnect()

    def _start(self, actor: _Actor) -> None:
        log = self._setup.log
        own = log.with_name(f"{log.stem}-{actor.index}{log.suffix}")
        setup = dataclasses.replace(self._setup, log=own)
        remote = imported().remote(
            num_cpus=self._request["CPU"],
            num_gpus=self._request["GPU"],
            memory=self._request["memory"] or None,
            max_restarts=-1,
            # Each of these has one thread, so that orders keep their order.
            concurrency_groups={"orders": 1, "messages": 1},
        )(Slot)
        actor.handle = remote.remote(setup)
        self._begin(actor)

    def _begin(self, actor: _Actor) -> None:
        """Waits, without holding anything up, until Ray has started the actor, again."""
        actor.life, actor.free, actor.orders = None, False, 0
        # Ray itself repeats this call for as long as the actor is on its way.
        begun = actor.handle.begin.options(max_task_retries=-1, concurrency_group="orders").remote()
        self._tell(actor, "begun", begun)

    def _hear(self, actor: _Actor) -> None:
        self._tell(actor, "heard", actor.handle.hear.options(concurrency_group="messages").remote())

    def _order(self, actor: _Actor, name: str, *arguments: object) -> None:
        actor.orders += 1
        actor.handle.order.options(concurrency_group="orders").remote(actor.life, name, *arguments)

    def _tell(self, actor: _Actor, kind: str, reference: Any) -> None:
        reference.future().add_done_callback(lambda done: self._inbox.put((actor, kind, done)))

    def _understand(self, actor: _Actor, kind: str, answer: Future[Any]) -> Sequence[Message]:
        if self._closed:
            return ()
        error = answer.exception()
        if error is not None:
            return self._gone(actor, kind, error)
        if kind == "begun":
            actor.life = answer.result()
            self._hear(actor)
            return ()
        self._hear(actor)
        return [m for heard in answer.result() for m in self._heard(actor, heard)]

    def _heard(self, actor: _Actor, heard: Heard) -> Sequence[Message]:
        if heard.failure is not None:
            raise JobError(heard.failure)
        if heard.life != actor.life:
            return ()
        known = [message for message in heard.messages if message.token == actor.token]
        if any(not isinstance(message, Asked) for message in known):
            actor.token = None
        if heard.orders == actor.orders:
            self._failed = 0
            actor.free = heard.free and actor.token is None
        return known

    def _gone(self, actor: _Actor, kind: str, error: BaseException) -> Sequence[Message]:
        """The actor's process or machine died; Ray starts it anew."""
        token, actor.token = actor.token, None
        why = " ".join(str(error).split())
        if kind == "begun":  # it never began, and Ray has given it up
            self._failed += 1
            if self._failed >= MOST_STARTS:
                raise JobError(f"Workers do not start: {self._failed} in a row failed. Ray: {why}")
            self._start(actor)
        else:
            self._begin(actor)
        if token is None:
            return ()
        if _OUT_OF_MEMORY in why:
            return [Lost(token, f"Ray ended the worker because its machine had no memory: {why}")]
        return [Interrupted(token, f"the worker's machine went away: {why}")]
