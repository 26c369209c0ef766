"""Faults that the tests of stores and searches share."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from tuning.storage.database import StudyStorage


@pytest.fixture
def lose_answer(monkeypatch) -> Callable[[StudyStorage], None]:
    """Lets the next COMMIT of a store come through, and its answer be lost with the connection."""

    def arrange(storage: StudyStorage) -> None:
        dialect = storage.engine.dialect
        real, lost = dialect.do_commit, []

        def commit(connection):
            real(connection)
            if not lost:
                lost.append(True)
                if dialect.name != "sqlite":
                    connection.driver_connection.close()
                raise dialect.loaded_dbapi.OperationalError("server closed the connection")

        monkeypatch.setattr(dialect, "do_commit", commit)

    return arrange


@pytest.fixture
def fails_once(monkeypatch) -> Callable[[str], None]:
    """Lets a function, by its full name, fail once as if the database had been restarted."""

    def arrange(name: str) -> None:
        module_name, _, function = name.rpartition(".")
        module = importlib.import_module(module_name)
        real, failed = getattr(module, function), []

        def failing(*args, **options):
            if failed:
                return real(*args, **options)
            failed.append(True)
            raise OperationalError(
                "select", {}, Exception("server closed the connection unexpectedly")
            )

        monkeypatch.setattr(module, function, failing)

    return arrange
