"""A store with all its tables and no study: copied, which is ten times quicker than made."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from tuning.storage.database import open_storage


@functools.cache
def _content() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studies.db"
        open_storage(f"sqlite:///{path}").engine.dispose()
        return path.read_bytes()


def put_empty_store(folder) -> str:
    """Puts one into a folder that has none yet; returns its URL."""
    path = Path(folder) / "studies.db"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_content())
    return f"sqlite:///{path}"
