"""What a session hears and what it orders, between its own thread and everybody else's."""

from __future__ import annotations

import contextlib
import queue
from collections import deque
from collections.abc import Callable

from tuning.engine.orders import Order
from tuning.engine.suggester import Suggestion
from tuning.queues import drain
from tuning.workers.pool import Message

Heard = Message | Suggestion


class Channel:
    """Messages to a session and orders from it; every method may be called from any thread.

    Attributes:
        wake: Called after each order, so that the dispatcher looks at it.
    """

    def __init__(self) -> None:
        self.wake: Callable[[], None] = lambda: None
        self._inbox: queue.SimpleQueue[Heard | None] = queue.SimpleQueue()
        self._orders: deque[Order] = deque()

    def send(self, message: Heard) -> None:
        """Tells the session something."""
        self._inbox.put(message)

    def interrupt(self) -> None:
        """Ends a `receive` that waits, because something else has changed."""
        self._inbox.put(None)

    def receive(self, timeout: float) -> list[Heard]:
        """Waits for a moment, then takes everything that is there.

        Args:
            timeout: Most seconds to wait.
        """
        found = drain(self._inbox, timeout=timeout)
        return [message for message in found if message is not None]

    def order(self, order: Order) -> None:
        """Asks the dispatcher for something."""
        self._orders.append(order)
        self.wake()

    def take_orders(self) -> list[Order]:
        """Takes what is to be done, the oldest first."""
        found: list[Order] = []
        with contextlib.suppress(IndexError):
            while True:
                found.append(self._orders.popleft())
        return found
