"""Faults that the tests of stores and searches share."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError


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
