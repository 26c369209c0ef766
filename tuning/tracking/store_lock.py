"""One process at a time makes or migrates an embedded store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

_SQLITE = "sqlite:///"


@contextlib.contextmanager
def store_lock(tracking_uri: str) -> Iterator[Path | None]:
    """Holds the lock of an embedded database, which two processes would create at once.

    MLflow makes the tables of an empty database without one: the slower process dies of a table or
    column that exists already. Servers look after their own database.

    Args:
        tracking_uri: The store; nothing is locked for any other one than SQLite.

    Yields:
        The file of the database that is locked; None where nothing is.

    Example:
        >>> with store_lock("http://127.0.0.1:5000") as file:
        ...     print(file)
        None
    """
    if not tracking_uri.startswith(_SQLITE):
        yield None
        return
    try:
        import fcntl
    except ImportError:  # no locks of this kind outside of POSIX
        yield None
        return
    file = Path(tracking_uri.removeprefix(_SQLITE).partition("?")[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_name(f"{file.name}.lock").open("a") as handle:
        # The system gives the lock back when the process ends, however it ends.
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield file
