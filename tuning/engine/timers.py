"""Things that a loop does now and then, each at its own pace."""

from __future__ import annotations

import time


class Timers:
    """When each of several things is due again; at first all of them are.

    Example:
        >>> timers = Timers()
        >>> timers.is_due("renew", every=60.0), timers.is_due("renew", every=60.0)
        (True, False)
        >>> timers.reset("renew")
        >>> timers.is_due("renew", every=60.0)
        True
    """

    def __init__(self) -> None:
        self._next: dict[str, float] = {}

    def is_due(self, name: str, *, every: float) -> bool:
        """Whether it is time, in which case the time begins anew.

        Args:
            name: What is done.
            every: Seconds between two times.
        """
        now = time.monotonic()
        if now < self._next.get(name, 0.0):
            return False
        self._next[name] = now + every
        return True

    def wait(self, name: str, seconds: float) -> None:
        """Puts something off for some seconds."""
        self._next[name] = time.monotonic() + seconds

    def reset(self, name: str) -> None:
        """Makes something due at once."""
        self._next.pop(name, None)
