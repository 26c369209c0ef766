"""A PostgreSQL cluster of the tests' own: a temporary folder, a socket in it, no network."""

from __future__ import annotations

import contextlib

import pytest

from benchmarks import _postgres as postgres


@contextlib.contextmanager
def cluster():
    """Starts a cluster; yields a function from a database's name to its URL.

    The function has `stop` (which takes a mode) and `start`, and `restart` for both.
    """
    try:
        postgres.programs()
    except postgres.PostgresMissingError as error:
        pytest.skip(str(error))
    with postgres.cluster("fsync=off", "max_connections=60") as server:

        def database(name):
            return server.database(name)

        def restart():
            server.stop()
            server.start()

        database.restart, database.stop, database.start = restart, server.stop, server.start
        yield database
