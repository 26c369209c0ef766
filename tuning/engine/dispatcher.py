"""Carries tasks and messages between sessions and the worker pool that they share."""

from __future__ import annotations

import itertools
from collections import deque

from tuning.engine.orders import Answer, Submit
from tuning.engine.session import Session
from tuning.workers.objective import Payload
from tuning.workers.pool import Asked, TrialTask, WorkerPool


class Dispatcher:
    """Several sessions on one pool.

    Nothing here waits for a store: tasks end at their limits, and answers come, also while the
    store of one session is away.

    Args:
        pool: The pool.
    """

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._sessions: dict[Session, Payload] = {}
        self._owners: dict[str, Session] = {}  # of each task, by its token
        self._waiting: deque[tuple[Session, TrialTask]] = deque()
        self._turns: dict[Session, int] = {}  # the last task of each, counted over all
        self._count = itertools.count(1)

    @property
    def sessions(self) -> list[Session]:
        """The sessions that were added and not removed."""
        return list(self._sessions)

    def running(self, session: Session) -> int:
        """Tasks of a session that a worker has or that wait for one."""
        return sum(owner is session for owner in self._owners.values())

    def turn(self, session: Session) -> int:
        """Rises with each task of any session; that of the last one of this session, 0 before."""
        return self._turns.get(session, 0)

    def add(self, session: Session, payload: Payload) -> None:
        """Starts a session.

        Args:
            session: The session; `Session.allow` says how many slots it has.
            payload: The objective of its tasks.
        """
        self._sessions[session] = payload
        session.start(self._pool.wake)

    def remove(self, session: Session) -> None:
        """Forgets a session and ends its tasks."""
        self._carry_out(session)
        for token in [token for token, owner in self._owners.items() if owner is session]:
            self._cancel(token)
        del self._sessions[session]
        self._turns.pop(session, None)

    def step(self, timeout: float) -> None:
        """Hands out tasks and answers, then waits for messages.

        Args:
            timeout: Most seconds to wait.

        Raises:
            JobError: If workers do not start.
        """
        for session in self._sessions:
            self._carry_out(session)
        while self._waiting and self._pool.free:
            session, task = self._waiting.popleft()
            self._pool.submit(task, self._sessions[session])
        for message in self._pool.receive(timeout):
            owner = self._owners.get(message.token)
            if owner is None:
                continue
            if not isinstance(message, Asked):
                del self._owners[message.token]
            owner.tell(message)

    def _carry_out(self, session: Session) -> None:
        for order in session.orders():
            if isinstance(order, Submit):
                self._owners[order.task.token] = session
                self._turns[session] = next(self._count)
                self._waiting.append((session, order.task))
            elif isinstance(order, Answer):
                self._pool.answer(order.token, prunes=order.prunes)
            else:
                self._cancel(order.token)

    def _cancel(self, token: str) -> None:
        self._owners.pop(token, None)
        self._waiting = deque(one for one in self._waiting if one[1].token != token)
        self._pool.cancel(token)
