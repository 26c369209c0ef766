"""A queue is emptied in one go."""

from __future__ import annotations

import queue
import threading

from tuning.queues import drain


def test_one_that_comes_later_ends_the_wait():
    inbox = queue.SimpleQueue()
    threading.Timer(0.05, inbox.put, ["late"]).start()
    assert drain(inbox, timeout=30.0) == ["late"]


def test_nothing_that_came_is_left_behind():
    inbox = queue.SimpleQueue()
    for number in range(3):
        inbox.put(number)
    assert drain(inbox, timeout=0.0) == [0, 1, 2]
    assert inbox.empty()
