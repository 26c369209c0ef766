"""The tables of a new embedded store: there whole or not at all, and within a second or two.

MLflow makes them in hundreds of small steps and waits for the disk after each, seconds in all in
which the store of the trials waits, too; a process that ends meanwhile leaves a half of them.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def make_store(file: Path, open_store: Callable[[str], Any]) -> None:
    """Makes a database beside its place and then moves it there; one that exists is left alone.

    Readers and the writer do not wait for each other in it (SQLite's write-ahead log).

    Args:
        file: The database. Nobody else may make it now, see `store_lock`.
        open_store: Opens a tracking URI, by which MLflow makes the tables.
    """
    if os.path.lexists(file):
        return
    with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.parent) as folder:
        made = Path(folder) / file.name
        with _no_waiting(made):
            open_store(f"sqlite:///{made}")
        with contextlib.closing(sqlite3.connect(made)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with made.open("rb+") as handle:
            os.fsync(handle.fileno())
        made.replace(file)


@contextlib.contextmanager
def _no_waiting(file: Path) -> Iterator[None]:
    """Lets SQLAlchemy write one SQLite file without waiting for the disk; closes it at the end."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    engines: set[Engine] = set()

    def connect(connection: Any, record: Any) -> None:
        if isinstance(connection, sqlite3.Connection) and _file_of(connection) == file.resolve():
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA journal_mode=MEMORY")

    def used(connection: Any) -> None:
        if connection.engine.url.database == str(file):
            engines.add(connection.engine)

    event.listen(Engine, "connect", connect)
    event.listen(Engine, "engine_connect", used)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connect)
        event.remove(Engine, "engine_connect", used)
        for engine in engines:
            engine.dispose()


def _file_of(connection: sqlite3.Connection) -> Path:
    """The file of an open database."""
    ((_, _, name),) = connection.execute("PRAGMA database_list").fetchmany(1)
    return Path(name)
