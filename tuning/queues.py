"""Queues that are emptied at once."""

from __future__ import annotations

import contextlib
import queue
from typing import TypeVar

T = TypeVar("T")


def drain(inbox: queue.SimpleQueue[T], *, timeout: float) -> list[T]:
    """Waits for something, then takes everything that is there.

    Args:
        inbox: The queue.
        timeout: Most seconds to wait.

    Returns:
        What was there, the oldest first; empty when nothing came.

    Example:
        >>> inbox = queue.SimpleQueue()
        >>> inbox.put(1), inbox.put(2)
        (None, None)
        >>> drain(inbox, timeout=1.0), drain(inbox, timeout=0.0)
        ([1, 2], [])
    """
    found: list[T] = []
    with contextlib.suppress(queue.Empty):
        found.append(inbox.get(timeout=timeout))
        while True:
            found.append(inbox.get_nowait())
    return found
