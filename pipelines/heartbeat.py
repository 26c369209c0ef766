"""Signs of life: what goes on says so when nothing else was said for some seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_TICK = 0.25
_FIRST, _SHORTEST, _LONGEST = 1.0, 4.0, 60.0
_SHARE = 0.1


def pause_after(silence: float) -> float:
    """Seconds between two signs of life.

    A step of a minute is followed closely; one of hours does not fill its log.

    Args:
        silence: Seconds since there was other news.

    Example:
        >>> [pause_after(silence) for silence in (4.0, 40.0, 300.0, 7200.0)]
        [4.0, 4.0, 30.0, 60.0]
    """
    return min(_LONGEST, max(_SHORTEST, _SHARE * silence))


class Heartbeat:
    """Calls a function from time to time while there is no other news, first after a second.

    Args:
        say: Receives the seconds since the last news; called in a thread of its own.
    """

    def __init__(self, say: Callable[[float], None]) -> None:
        self._say = say
        self._began = self._news = self._said = time.monotonic()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def news(self) -> None:
        """Notes that something was said."""
        self._news = self._said = time.monotonic()

    def start(self) -> None:
        """Begins to watch."""
        self._began = self._news = self._said = time.monotonic()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="heartbeat")
        self._thread.start()

    def stop(self) -> None:
        """Ends; nothing is said afterwards."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_TICK):
            now = time.monotonic()
            silence = now - self._news
            pause = _FIRST if self._said == self._began else pause_after(silence)
            if now - self._said >= pause:
                self._said = now
                self._say(silence)
