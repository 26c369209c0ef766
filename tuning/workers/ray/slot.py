"""The actor: one worker process and its supervision, on whatever machine Ray chose.

Ray starts it anew when its machine or process dies. Everything about the worker itself, from its
limits to the end of what its task started, is the same code as on one machine.
"""

from __future__ import annotations

import queue
import sys
import threading
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning.queues import drain
from tuning.workers.local import LocalPool
from tuning.workers.objective import Payload
from tuning.workers.pool import Message, TrialTask

_TICK = 0.1  # between looks at time and memory
_LONGEST_SECONDS = 20.0  # for which one call listens


@dataclass(frozen=True, kw_only=True)
class SlotSetup:
    """What an actor has to know.

    Attributes:
        log: File that receives what its worker prints, on its machine.
        path: `sys.path` of the search.
        threads: Threads of the numeric libraries.
        preload: Modules that are imported once.
        recycle_after: Tasks after which the worker process is replaced.
        recycle_growth: Bytes that it may grow until it is replaced.
    """

    log: Path
    path: Sequence[str]
    threads: int
    preload: Sequence[str]
    recycle_after: int
    recycle_growth: int


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What an actor has to say.

    Attributes:
        life: The life that says it.
        free: Whether its worker is ready for a task.
        orders: Orders of this life that it carried out; a newer one may have overtaken this.
        messages: What became of its task.
        failure: Why its worker does not start, or None.
    """

    life: str
    free: bool
    orders: int
    messages: Sequence[Message]
    failure: str | None = None


class Slot:
    """One worker; its pool works in a thread of its own, whether anybody listens or not.

    Args:
        setup: What it has to know.
    """

    def __init__(self, setup: SlotSetup) -> None:
        sys.path += [entry for entry in setup.path if entry not in sys.path]
        self._life = ""
        self._orders: queue.SimpleQueue[tuple[str, tuple[Any, ...]]] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._waiting: deque[tuple[TrialTask, Payload]] = deque()
        self._task: str | None = None
        self._done = 0
        self._heard_by = ""  # the life of which the thread speaks
        self._closed = threading.Event()
        self._pool = LocalPool(
            1,
            log=setup.log,
            threads=setup.threads,
            preload=tuple(setup.preload),
            recycle_after=setup.recycle_after,
            recycle_growth=setup.recycle_growth,
        )
        self._thread = threading.Thread(target=self._work, daemon=True, name="tuning-slot")
        self._thread.start()

    def begin(self) -> str:
        """Begins a life: what ran before, and orders for it, are forgotten.

        Returns:
            Its name, for `order`.
        """
        self._life = uuid.uuid4().hex
        self._orders.put(("begin", (self._life,)))
        self._pool.wake()
        return self._life

    def order(self, life: str, name: str, *arguments: Any) -> None:
        """Takes an order; one for an earlier life is dropped.

        Args:
            life: For which life it is.
            name: `submit`, `answer` or `cancel`.
            arguments: Of the pool's method with that name.
        """
        if life == self._life:
            self._orders.put((name, arguments))
            self._pool.wake()

    def hear(self) -> list[Heard]:
        """Waits until there is something to say, or for a while."""
        return drain(self._said, timeout=_LONGEST_SECONDS)

    def close(self) -> None:
        """Ends the worker with all that its task started."""
        self._closed.set()
        self._pool.wake()
        self._thread.join()

    def _work(self) -> None:
        told = None
        try:
            self._pool.ensure(1)
            while not self._closed.is_set():
                self._carry_out()
                messages = self._pool.receive(_TICK)
                self._hand_out()
                state = (self._heard_by, self._pool.free > 0, self._done)
                if messages or state != told:
                    told = state
                    self._say(messages)
        except Exception as error:
            self._say([], failure=str(error))
        finally:
            self._pool.close()

    def _say(self, messages: Sequence[Message], *, failure: str | None = None) -> None:
        free = self._pool.free > 0
        self._said.put(
            Heard(
                life=self._heard_by,
                free=free,
                orders=self._done,
                messages=messages,
                failure=failure,
            )
        )

    def _carry_out(self) -> None:
        for name, arguments in drain(self._orders, timeout=0.0):
            self._done += 1
            if name == "begin":
                (self._heard_by,), self._done = arguments, 0
                self._waiting.clear()
                if self._task is not None:
                    self._pool.cancel(self._task)
            elif name == "submit":
                self._task = arguments[0].token
                self._waiting.append(arguments)
                self._hand_out()
            elif name == "answer":
                token, prunes = arguments
                self._pool.answer(token, prunes=prunes)
            else:
                self._cancel(*arguments)

    def _cancel(self, token: str) -> None:
        self._waiting = deque(one for one in self._waiting if one[0].token != token)
        self._pool.cancel(token)

    def _hand_out(self) -> None:
        """Its worker may have died since the pool heard that it is free."""
        while self._waiting and self._pool.free:
            self._pool.submit(*self._waiting.popleft())
