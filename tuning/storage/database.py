"""The store: Optuna's relational storage on SQLite or PostgreSQL, opened the safe way."""

from __future__ import annotations

import contextlib
import functools
import logging
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tuning.errors import StoreError

BUSY_SECONDS = 30.0
# "A new study created" belongs to the one who searches, who already says so in its own way.
logging.getLogger("optuna.storages._rdb.storage").setLevel(logging.WARNING)
# Two processes that set the same new store up.
_SETUP_RACES = ("already exists", "unique constraint", "no such table: alembic", "duplicate key")
# A lock, or a server that is being restarted: a moment later the same call succeeds.
_PASSING = (
    *("locked", "deadlock", "connection refused", "server closed", "starting up"),
    *("shutting down", "recovery mode", "terminating connection", "is the server running"),
    "not yet accepting",
)
_T = TypeVar("_T")


class StudyStorage(RDBStorage):
    """Optuna's relational storage with safe settings for many processes.

    SQLite gets a write-ahead log, a long busy time and write locks taken at the start of a
    transaction: with Optuna's defaults a reader that turns writer fails at once when another
    process wrote meanwhile. PostgreSQL connections are checked before use.

    Args:
        url: SQLAlchemy URL.

    Raises:
        StoreError: If the store cannot be opened.
    """

    def __init__(self, url: str) -> None:
        with readable_errors(url):
            retrying(lambda: self._open(url), also=_SETUP_RACES)

    def _open(self, url: str) -> None:
        from optuna.storages._rdb import models

        options = _engine_options(url)
        # Tables are made in one transaction that two processes cannot both be in; Optuna's own
        # creation on a new file fails when two searches start together.
        engine = sqlalchemy.create_engine(url, **options)
        try:
            begin_immediately(engine)
            models.BaseModel.metadata.create_all(engine)
        finally:
            engine.dispose()
        super().__init__(url, engine_kwargs=options, skip_table_creation=True)
        self._prepare_engine()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)  # makes an engine of its own
        self._prepare_engine()

    def _prepare_engine(self) -> None:
        begin_immediately(self.engine)
        # A server's connections are closed with the store and not whenever they are collected.
        weakref.finalize(self, self.engine.dispose)


def _again_when_busy(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: StudyStorage, *args: Any, **kwargs: Any) -> Any:
        return retrying(lambda: method(self, *args, **kwargs))

    return call


# What samplers and pruners call by themselves: reads, and writes that replace a value, so that
# a call whose answer was lost may be made again.
for _name in (
    "get_trial",
    "_get_trials",
    "get_all_studies",
    "get_study_id_from_name",
    "get_study_name_from_id",
    "get_study_directions",
    "get_study_user_attrs",
    "get_study_system_attrs",
    "set_study_user_attr",
    "set_study_system_attr",
    "set_trial_user_attr",
    "set_trial_system_attr",
):
    setattr(StudyStorage, _name, _again_when_busy(getattr(RDBStorage, _name)))


class _Connection(sqlite3.Connection):
    """A SQLite connection that is set up before anything uses it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A process that dies cannot harm a log with NORMAL; a power cut may lose the last trial.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            self.execute(f"PRAGMA {pragma}")


def open_storage(url: str) -> StudyStorage:
    """Opens a store, making its folder and tables when they are missing.

    Args:
        url: SQLAlchemy URL, for example `sqlite:///mlruns/studies.db` or
            `postgresql+psycopg://user:password@host/studies`.

    Raises:
        StoreError: If the store cannot be opened.
    """
    with readable_errors(url):
        database = make_url(url).database
        if url.startswith("sqlite") and database not in (None, "", ":memory:"):
            Path(str(database)).parent.mkdir(parents=True, exist_ok=True)
    return StudyStorage(url)


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        # No isolation level: SQLAlchemy's BEGIN, see below, is the only one.
        connect = {"timeout": BUSY_SECONDS, "factory": _Connection, "isolation_level": None}
        return {"connect_args": connect}
    return {"pool_pre_ping": True, "pool_size": 2, "max_overflow": 4}


def begin_immediately(engine: sqlalchemy.Engine) -> None:
    """Makes every SQLite transaction take the write lock at its start; no effect elsewhere."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextlib.contextmanager
def readable_errors(url: str) -> Iterator[None]:
    """Turns every failure of the store into one `StoreError` that says what to do.

    Args:
        url: The store's URL; its password is not shown.
    """
    try:
        yield
    except (SQLAlchemyError, StorageInternalError, OSError, ImportError) as error:
        raise StoreError(_explain(error, url)) from error


def retrying(call: Callable[[], _T], *, seconds: float = 60.0, also: tuple[str, ...] = ()) -> _T:
    """Calls a function again while the store is only busy or away.

    Args:
        call: The function; a failed call must leave no trace, as a rolled-back transaction does.
        seconds: How long to go on.
        also: Further signs, in small letters, of a failure that may pass.

    Returns:
        What the function returned.
    """
    end, pause = time.monotonic() + seconds, 0.1
    while True:
        try:
            return call()
        except (SQLAlchemyError, StorageInternalError) as error:
            if not is_transient(error, also) or time.monotonic() + pause > end:
                raise
            time.sleep(pause)
            pause = min(2 * pause, 5.0)


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


_ADVICE = {
    "disk is full": "free some space and start the same command again",
    "disk i/o error": "check the disk and start the same command again",
    "readonly database": "make the file and its folder writable, or give another storage",
    "unable to open": "check that the folder exists and is writable",
    "locked": "another process holds it for long; end that process, or use PostgreSQL",
    "is the server running": "start the database server, then the same command again",
    "refused": "start the database server, then the same command again",
    "no module named": "install the driver, for PostgreSQL: pip install 'keras-cookbook[postgres]'",
    "failed to import": "install the driver, for PostgreSQL: "
    "pip install 'keras-cookbook[postgres]'",
    "not a database": "this file is something else; give another storage",
}


def _explain(error: BaseException, url: str) -> str:
    first: BaseException = error
    while first.__cause__ is not None:
        first = first.__cause__
    origin = getattr(first, "orig", None) or first
    text = " ".join(str(origin).split())[:200]
    advice = next((a for sign, a in _ADVICE.items() if sign in text.lower()), "")
    way_out = f": {advice}." if advice else "."
    with contextlib.suppress(SQLAlchemyError):
        url = make_url(url).render_as_string(hide_password=True)
    return f"The study's store {url} cannot be used ({text}){way_out} Finished trials are safe."
