"""The store: Optuna's relational storage on SQLite or PostgreSQL, opened the safe way."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from optuna.storages import RDBStorage
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session

from tuning.internals.optuna import REPEATABLE_READS, REPEATABLE_WRITES, STORE_LOGGER, models
from tuning.storage.connections import engine_options, prepare_engine, reading
from tuning.storage.engines import shared_engine
from tuning.storage.faults import Patience, readable_errors, retrying

_EMPTY_SECONDS = 2.0  # how long a file may be without content while another process makes it
# "A new study created" belongs to the one who searches, who already says so in its own way.
logging.getLogger(STORE_LOGGER).setLevel(logging.WARNING)
# Two processes that set the same new store up.
_SETUP_RACES = ("already exists", "unique constraint", "no such table: alembic", "duplicate key")
_TABLE_RACES = ("already exists", "duplicate key")  # two processes that make them at once
# Stores whose schema this process found to be Optuna's: asking executes all of its migrations.
_compatible: set[str] = set()
_T = TypeVar("_T")


class StudyStorage(RDBStorage):
    """Optuna's relational storage with safe settings for many processes.

    SQLite gets a write-ahead log, a long busy time, and write locks taken at the start of a
    transaction that writes: with Optuna's defaults a reader that turns writer fails at once when
    another process wrote meanwhile. A reading transaction locks nothing, so that a process that
    is stopped in the middle of one holds nobody up. PostgreSQL connections are checked after
    a pause, and its server ends a session that stands still in the middle of a transaction, whose
    locks would hold all others up. A SQLite file that cannot be written to is opened for reading.

    Args:
        url: SQLAlchemy URL.
        wait: Seconds for which a call waits for a store that is busy or away.

    Raises:
        StoreError: If the store cannot be opened.
    """

    def __init__(self, url: str, *, wait: float | None = None) -> None:
        self.patience = Patience() if wait is None else Patience(wait)
        self._made: set[str] = set()  # tables beside Optuna's that are known to be there
        with readable_errors(url):
            retrying(lambda: self._open(url), patience=self.patience, also=_SETUP_RACES)

    def _open(self, url: str) -> None:
        path = sqlite_file(url)
        self._reads_only = path is not None and _is_read_only(path)
        if path is not None and path.exists():
            _wait_for_content(path)
        place = url if path is None or not self._reads_only else _read_only_url(path)
        options = engine_options(place)
        engine = sqlalchemy.create_engine(place, **options)
        try:
            prepare_engine(engine)
            complete = _is_set_up(engine)
            if not complete:
                # Tables are made in one transaction that two processes cannot both be in;
                # Optuna's own creation on a new file fails when two searches start together.
                models.BaseModel.metadata.create_all(engine)
        finally:
            engine.dispose()
        try:
            with reading() if complete else contextlib.nullcontext():
                super().__init__(
                    place,
                    engine_kwargs=options,
                    skip_table_creation=True,
                    skip_compatibility_check=complete and url in _compatible,
                )
        except BaseException:
            with contextlib.suppress(AttributeError):  # it failed before it had an engine
                self._release()
            raise
        _compatible.add(url)
        self.url = url  # for messages
        self._prepare_embedded()

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        del state["_release"]
        state["patience"] = self.patience.seconds
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__({**state, "patience": Patience(state["patience"])})
        self._prepare_embedded()

    def _prepare_embedded(self) -> None:
        if self.engine.dialect.name == "sqlite":
            prepare_engine(self.engine)

    @property
    def engine(self) -> Engine:
        """The engine; of a server it is that of all stores of its URL in this process."""
        engine: Engine = self.__dict__["engine"]
        return engine

    @engine.setter
    def engine(self, made: Engine) -> None:
        if made.dialect.name == "sqlite":
            engine, release = made, lambda: made.dispose()
        else:
            engine, release = shared_engine(self.url, made)
        self.__dict__["engine"] = engine
        # A server's connections are closed with its stores and not whenever they are collected.
        self._release = weakref.finalize(self, release)

    def transaction(
        self, work: Callable[[Session], _T], *, reads: bool = False, also: tuple[str, ...] = ()
    ) -> _T:
        """Does something in one transaction, again while the store is only busy or away.

        Args:
            work: Receives the session.
            reads: Whether nothing is written.
            also: Further signs, in small letters, of a failure that may pass.

        Raises:
            StoreError: If the store cannot be used.
        """

        def call() -> _T:
            with Session(self.engine) as session, session.begin():
                return work(session)

        with readable_errors(self.url), reading() if reads else contextlib.nullcontext():
            return retrying(call, patience=self.patience, also=also)

    def make_tables(self, metadata: sqlalchemy.MetaData) -> None:
        """Makes tables beside Optuna's where they are missing; asks the store about each once.

        Args:
            metadata: The tables.

        Raises:
            StoreError: If the store cannot be used.
        """
        tables = [table for table in metadata.sorted_tables if table.name not in self._made]
        if not tables:
            return

        def make(session: Session) -> None:
            metadata.create_all(session.connection(), tables=tables)

        self.transaction(make, also=_TABLE_RACES)
        self._made.update(table.name for table in tables)


def _patiently(method: Callable[..., Any], *, reads: bool) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: StudyStorage, *args: Any, **kwargs: Any) -> Any:
        with reading() if reads else contextlib.nullcontext():
            return retrying(lambda: method(self, *args, **kwargs), patience=self.patience)

    return call


for _name in (*REPEATABLE_READS, *REPEATABLE_WRITES):
    _method = _patiently(getattr(RDBStorage, _name), reads=_name in REPEATABLE_READS)
    setattr(StudyStorage, _name, _method)


def open_storage(url: str, *, wait: float | None = None) -> StudyStorage:
    """Opens a store, making its folder and tables when they are missing.

    Args:
        url: SQLAlchemy URL, for example `sqlite:///mlruns/studies.db` or
            `postgresql+psycopg://user:password@host/studies`.
        wait: Seconds for which a call waits for a store that is busy or away; None for a minute.

    Raises:
        StoreError: If the store cannot be opened.
    """
    with readable_errors(url):
        path = sqlite_file(url)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
    return StudyStorage(url, wait=wait)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite store; None for one in memory, and for a server.

    Example:
        >>> sqlite_file("sqlite:///mlruns/studies.db").name
        'studies.db'
    """
    if not url.startswith("sqlite"):
        return None
    database = make_url(url).database
    return None if database in (None, "", ":memory:") else Path(str(database))


def _is_read_only(path: Path) -> bool:
    """Whether a file is there, but neither it nor what SQLite puts beside it can be written."""
    return path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def _wait_for_content(path: Path) -> None:
    """Refuses a file that was cut to nothing; it would look like a new store without studies."""
    end = time.monotonic() + _EMPTY_SECONDS
    while path.stat().st_size == 0:
        if time.monotonic() > end:
            raise OSError(f"the file {path.name} is empty: its studies are lost")
        time.sleep(0.02)


def _read_only_url(path: Path) -> str:
    """Without a log beside it nobody writes the file, so that no lock is needed to read it."""
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    return f"sqlite:///file:{path.resolve()}?{mode}&uri=true"


def _is_set_up(engine: sqlalchemy.Engine) -> bool:
    """Whether the store has what Optuna writes last, its schema's version."""
    with reading(), engine.connect() as connection:
        if not sqlalchemy.inspect(connection).has_table("alembic_version"):
            return False
        query = sqlalchemy.text("select count(*) from alembic_version")
        return bool(connection.execute(query).scalar_one())
