"""One process at a time makes or migrates an embedded store."""

from __future__ import annotations

import contextlib
import importlib.util
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_SQLITE = "sqlite:///"
_PATIENCE_SECONDS = 30.0  # tables of a new database take some seconds
_PAUSE_SECONDS = 0.05


@contextlib.contextmanager
def store_lock(tracking_uri: str) -> Iterator[Path | None]:
    """Holds the lock of an embedded database, which two processes would create at once.

    MLflow makes the tables of an empty database without one: the slower process dies of a table or
    column that exists already. Servers look after their own database.

    Args:
        tracking_uri: The store; nothing is locked for any other one than SQLite.

    Yields:
        The file of the database that is locked; None where nothing is.

    Raises:
        TimeoutError: If another process holds it for half a minute, as one does that was stopped
            while it opened the database.

    Example:
        >>> with store_lock("http://127.0.0.1:5000") as file:
        ...     print(file)
        None
    """
    if not tracking_uri.startswith(_SQLITE):
        yield None
        return
    if importlib.util.find_spec("fcntl") is None:  # no locks of this kind outside of POSIX
        yield None
        return
    file = Path(tracking_uri.removeprefix(_SQLITE).partition("?")[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_name(f"{file.name}.lock").open("a") as handle:
        # The system gives the lock back when the process ends, however it ends.
        _lock(handle)
        yield file


def _lock(handle: IO[str]) -> None:
    """Locks an open file, and waits for it no longer than a process needs that is at work."""
    import fcntl

    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise TimeoutError(
                    f"{handle.name} has been locked by another process for "
                    f"{_PATIENCE_SECONDS:.0f} s: is a search stopped (`fg` lets it go on)?"
                ) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return
