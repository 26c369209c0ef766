"""Connections to the store: which options they have, how they begin, when they are checked."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

BUSY_SECONDS = 30.0
# A client that is cut off or stopped in the middle of a transaction holds its locks for so long:
# less than what is left of a lease when it is renewed, as whoever waits cannot renew.
IDLE_SECONDS = 20.0
_UNUSED_SECONDS = 1.0  # after which a connection is asked whether it is still there
_SINCE = "unused since"
_this_thread = threading.local()


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Marks the transactions of this thread as reading ones, which lock nothing in SQLite."""
    before = getattr(_this_thread, "reads", False)
    _this_thread.reads = True
    try:
        yield
    finally:
        _this_thread.reads = before


class _Connection(sqlite3.Connection):
    """A SQLite connection that is set up before anything uses it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A process that dies cannot harm a log with NORMAL; a power cut may lose the last trial.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            self.execute(f"PRAGMA {pragma}")


def engine_options(url: str) -> dict[str, Any]:
    """What an engine of a store is made with.

    Args:
        url: SQLAlchemy URL.
    """
    if url.startswith("sqlite:///file:"):
        return {}
    if url.startswith("sqlite"):
        # No isolation level: SQLAlchemy's BEGIN is the only one.
        connect = {"timeout": BUSY_SECONDS, "factory": _Connection, "isolation_level": None}
        return {"connect_args": connect}
    # Shared by a process, see `engines`: as many are kept as eight busy jobs use at once; with five
    # new connections cost a tenth of their pace. Nobody waits for another's transaction.
    options: dict[str, Any] = {"pool_size": 12, "max_overflow": 60}
    if url.startswith("postgresql+psycopg:"):
        # A cable that is cut says nothing: without these a call would wait for two hours.
        options["connect_args"] = {
            "connect_timeout": 10,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            "options": _session_options(url),
        }
    return options


def _session_options(url: str) -> str:
    """What a PostgreSQL session begins with: how soon the server notices that its client is gone.

    Options of the URL come later, so that they count.
    """
    settings = {
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000:.0f}",  # milliseconds
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "30000",
    }
    own = make_url(url).query.get("options", ())
    words = [f"-c {name}={value}" for name, value in settings.items()]
    return " ".join([*words, *((own,) if isinstance(own, str) else own)])


def prepare_engine(engine: sqlalchemy.Engine) -> None:
    """Lets transactions begin, and connections be checked, as a store of many processes needs it.

    SQLite: a transaction that writes takes the lock at its start, one that reads takes none.
    Servers: a connection that was not used for a second is asked first whether it is still there.
    Asking each time would be a fifth of what is sent for a suggestion, and a server that went away
    within a second is met by the repetition of the call.
    psycopg writes several rows in a pipeline. That ends with a message after which PostgreSQL
    measures no idle time: whoever stood still then held its locks until it was gone. So rows go
    into one statement, or into one each.

    Args:
        engine: The engine.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "checkin", _remember)
        event.listen(engine, "checkout", functools.partial(_check, engine.dialect))
        if engine.dialect.driver == "psycopg":
            engine.dialect.use_insertmanyvalues_wo_returning = True
            engine.dialect.supports_sane_multi_rowcount = False
            event.listen(engine, "do_executemany", _execute_each)


def _begin(connection: sqlalchemy.Connection) -> None:
    reads = getattr(_this_thread, "reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _execute_each(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
    for row in parameters:
        cursor.execute(statement, row)
    return True  # nothing is left to be done


def _remember(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_SINCE] = time.monotonic()


def _check(
    dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    since = record.info.get(_SINCE)
    if since is None or time.monotonic() - since < _UNUSED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        # The pool closes this one and gives another.
        raise DisconnectionError("a connection was closed while it was not used") from error
