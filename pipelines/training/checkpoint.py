"""The file from which a training goes on where another process stopped."""

from __future__ import annotations

import logging
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from cookbook.callbacks.state import TrainingState

_SHARE = 0.05
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile)
_logger = logging.getLogger(__name__)


class Checkpoint:
    """A training's state on disk, replaced after its epochs.

    Args:
        path: The file.
        optional: Whether the training matters more than the file. It is then written as often
            as takes a twentieth of the training's time, and a folder that is full, gone or
            damaged is only noted.
    """

    def __init__(self, path: Path, *, optional: bool = False) -> None:
        self.path = path
        self._optional = optional
        self._not_before = 0.0

    def load(self) -> TrainingState | None:
        """Reads the state that another process left, None when there is none."""
        try:
            return TrainingState.load(self.path) if self.path.exists() else None
        except _UNREADABLE as error:
            if not self._optional:
                raise
            _logger.warning("The checkpoint %s cannot be read: %s", self.path, error)
            return None

    def save(self, capture: Callable[[], TrainingState]) -> None:
        """Replaces the file, unless it was replaced a moment ago.

        Args:
            capture: Copies the state.
        """
        began = time.monotonic()
        if self._optional and began < self._not_before:
            return
        try:
            capture().save(self.path)
        except OSError as error:
            if not self._optional:
                raise
            _logger.warning("The checkpoint %s cannot be written: %s", self.path, error)
        now = time.monotonic()
        self._not_before = now + (now - began) / _SHARE
