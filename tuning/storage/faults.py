"""A store that is busy, away or broken: what passes is waited for, the rest is one clear error."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from optuna.exceptions import StorageInternalError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tuning.errors import StoreError

WAIT_SECONDS = 60.0
_LONGEST_PAUSE = 5.0
# A lock, or a server that is being restarted: a moment later the same call succeeds.
_PASSING = (
    *("locked", "deadlock", "connection refused", "server closed", "starting up"),
    *("shutting down", "recovery mode", "terminating connection", "is the server running"),
    *("not yet accepting", "connection timeout", "timeout expired", "connection reset"),
    *("connection is lost", "the connection is closed", "consuming input failed"),
    *("sending query failed", "too many clients", "no route to host", "name resolution"),
    *("could not extend file", "could not write"),  # a server's disk is full, until it is not
)
_T = TypeVar("_T")


class Patience:
    """How long calls wait for a store that is away.

    Args:
        seconds: From the first failure of a call to its error.

    Attributes:
        on_wait: Called before each further try with the seconds since the first one.
    """

    def __init__(self, seconds: float = WAIT_SECONDS) -> None:
        self.seconds = seconds
        self.on_wait: Callable[[float], None] = lambda seconds: None
        self._over = threading.Event()

    def end(self) -> None:
        """Ends every wait, now and later: nobody needs the answers any more."""
        self._over.set()

    def pause(self, seconds: float) -> bool:
        """Waits; returns False when the wait was ended."""
        return not self._over.wait(seconds)


def retrying(
    call: Callable[[], _T], *, patience: Patience | None = None, also: tuple[str, ...] = ()
) -> _T:
    """Calls a function again while the store is only busy or away.

    Args:
        call: The function; a failed call must leave no trace, as a rolled-back transaction does.
        patience: How long to go on.
        also: Further signs, in small letters, of a failure that may pass.

    Returns:
        What the function returned.
    """
    patience = patience or Patience()
    began, pause = time.monotonic(), 0.1
    while True:
        try:
            return call()
        except (SQLAlchemyError, StorageInternalError) as error:
            waited = time.monotonic() - began
            if not is_transient(error, also) or waited + pause > patience.seconds:
                raise
            patience.on_wait(waited)
            if not patience.pause(pause):
                raise
            pause = min(2 * pause, _LONGEST_PAUSE)


def is_transient(error: BaseException, also: tuple[str, ...] = ()) -> bool:
    """Whether the same call may succeed later: a lock, a lost connection.

    Args:
        error: What was raised.
        also: Further signs in the message.
    """
    signs = (*_PASSING, *also)
    cause: BaseException | None = error
    while cause is not None:
        text = str(cause).lower()
        if any(sign in text for sign in signs):
            return True
        if isinstance(cause, DBAPIError) and cause.connection_invalidated:
            return True
        cause = cause.__cause__ or cause.__context__
    return False


@contextlib.contextmanager
def readable_errors(url: str) -> Iterator[None]:
    """Turns every failure of the store into one `StoreError` that says what to do.

    Args:
        url: The store's URL; its password is not shown.
    """
    try:
        yield
    except (SQLAlchemyError, StorageInternalError, sqlite3.Error, OSError, ImportError) as error:
        raise StoreError(_explain(error, url)) from error


class _Advice(NamedTuple):
    sign: str  # in small letters, in the message of the driver
    way_out: str
    damaged: bool = False


_DRIVER = "install the driver, for PostgreSQL: pip install 'keras-cookbook[postgres]'"
_START = "start the database server, then the same command again"
_RESTORE = (
    "restore it from a backup, or move it away and start anew; "
    "`sqlite3 studies.db .recover` may save a part"
)
_ADVICE = (
    _Advice("disk is full", "free some space and start the same command again"),
    _Advice("no space left", "free some space and start the same command again"),
    _Advice("could not extend", "free some space on the database server"),
    _Advice("disk i/o error", "check the disk and start the same command again"),
    _Advice("readonly database", "make the file and its folder writable, or give another storage"),
    _Advice("unable to open", "check that the folder exists and is writable"),
    _Advice("locked", "another process holds it for long; end that process, or use PostgreSQL"),
    _Advice("is the server running", _START),
    _Advice("refused", _START),
    _Advice("no module named", _DRIVER),
    _Advice("failed to import", _DRIVER),
    _Advice("not a database", "this file is something else; give another storage", damaged=True),
    _Advice("malformed", _RESTORE, damaged=True),
    _Advice("no such table", _RESTORE, damaged=True),
    _Advice("is empty", _RESTORE, damaged=True),
)


def _explain(error: BaseException, url: str) -> str:
    first: BaseException = error
    while first.__cause__ is not None:
        first = first.__cause__
    origin = getattr(first, "orig", None) or first
    text = " ".join(str(origin).split())[:200]
    advice = next((a for a in _ADVICE if a.sign in text.lower()), None)
    way_out = f": {advice.way_out}." if advice is not None else "."
    # Of a file that is damaged nobody knows what is still in it.
    safe = "" if advice is not None and advice.damaged else " Finished trials are safe."
    with contextlib.suppress(SQLAlchemyError):
        url = make_url(url).render_as_string(hide_password=True)
    return f"The study's store {url} cannot be used ({text}){way_out}{safe}"
