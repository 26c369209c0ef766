"""The file from which a training goes on where another process stopped."""

from __future__ import annotations

import hashlib
import json
import logging
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cookbook.callbacks.state import TrainingState
from pipelines.code_version import CodeVersion

_SHARE = 0.05
# An empty file ends early; one with another flag seems packed in a way that nobody implements.
_UNREADABLE = (
    *(OSError, ValueError, KeyError, TypeError, EOFError, NotImplementedError),
    zipfile.BadZipFile,
)
_logger = logging.getLogger(__name__)


class Checkpoint:
    """A training's state on disk, replaced after its epochs.

    Args:
        path: The file.
        optional: Whether the training matters more than the file. It is then written as often
            as takes a twentieth of the training's time, and a folder that is full, gone or
            damaged is only noted, as is a state of another model.

    Attributes:
        epoch: Epochs that the training was spared, 0 before it has gone on.
    """

    def __init__(self, path: Path, *, optional: bool = False) -> None:
        self.path = path
        self.epoch = 0
        self._optional = optional
        self._not_before = 0.0

    def resume(self, restore: Callable[[TrainingState], None]) -> int:
        """Puts back the state that another process left.

        Args:
            restore: Takes the state, or raises a `ValueError` and changes nothing.

        Returns:
            The number of epochs that it has seen, 0 when there is none.
        """
        try:
            if self.path.exists():
                state = TrainingState.load(self.path)
                restore(state)
                self.epoch = state.epoch
        except _UNREADABLE as error:
            if not self._optional:
                raise
            _logger.warning("The checkpoint %s cannot be used: %s", self.path, error)
        return self.epoch

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


def checkpoint_name(facts: Any, code: CodeVersion) -> str:
    """Digests of what a training is about and of its code; the same ones give the same numbers.

    Args:
        facts: What JSON can hold; of anything else its text counts.
        code: What trains.
    """
    return f"{_digest(facts)}-{_digest([code.digest, code.libraries])}"


def _digest(facts: Any) -> str:
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
