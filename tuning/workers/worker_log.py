"""What the workers of a pool print."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from typing import IO

_LOG_SECONDS = 5.0
_LOG_BYTES = 16 * 2**20
_TAIL_BYTES = 1500


class WorkerLog:
    """The file that receives what workers print, and one older file: 32 MB at most.

    Args:
        path: The file; the older one has the suffix `.1`.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.file: IO[bytes] = path.open("ab")
        self._looked = 0.0

    def move(self, path: Path) -> None:
        """Goes on under another name on the same disk; what is there becomes the older file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.replace(_older(path))
        self.path.replace(path)
        self.path = path

    def keep_short(self) -> None:
        """Moves what is there to the older file, once it is long."""
        now = time.monotonic()
        if now - self._looked < _LOG_SECONDS:
            return
        self._looked = now
        if self.path.exists() and self.path.stat().st_size > _LOG_BYTES:
            with contextlib.suppress(OSError):  # the disk is full: it stays long
                self._shorten()

    def _shorten(self) -> None:
        # Workers append through handles of their own, so the file stays and is emptied.
        with self.path.open("r+b") as log, _older(self.path).open("wb") as copy:
            log.seek(-_LOG_BYTES, 2)
            shutil.copyfileobj(log, copy)
            copy.flush()
            log.truncate(0)

    def last_words(self) -> str:
        """Where the messages are, and the last of them."""
        try:
            tail = self.path.read_bytes()[-_TAIL_BYTES:].decode(errors="replace").strip()
        except OSError:
            tail = ""
        return f"Their messages are in {self.path}" + (f":\n{tail}" if tail else ".")

    def close(self) -> None:
        """Closes the file."""
        self.file.close()


def _older(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")
