"""Ctrl-C and SIGTERM as requests to end cleanly."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def clean_end(stop: threading.Event) -> Iterator[None]:
    """Turns the first Ctrl-C or SIGTERM into a request, a second Ctrl-C into an interrupt.

    Outside of the main thread, which alone hears signals, nothing changes.

    Args:
        stop: Set when the end is asked for.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    handled = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handle) for number in handled}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
