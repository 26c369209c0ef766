"""Trials of a search that another process runs, counted without a lock on its store."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path


def finished_trials(root: Path) -> int:
    """Trials that are complete or pruned, of all studies of a folder; 0 before it has a store."""
    query = "SELECT count(*) FROM trials WHERE state IN ('COMPLETE', 'PRUNED')"
    with contextlib.suppress(sqlite3.OperationalError):  # no file or no tables yet
        address = f"{(root / 'studies.db').resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            return int(connection.execute(query).fetchone()[0])
    return 0
