"""The file from which a training goes on where another process stopped."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cookbook.callbacks.state import TrainingState
from pipelines.code_version import CodeVersion

if TYPE_CHECKING:
    import keras

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

        Raises:
            ValueError: If it cannot be used, unless it is optional.
        """
        try:
            if self.path.exists():
                state = TrainingState.load(self.path)
                restore(state)
                self.epoch = state.epoch
        except _UNREADABLE as error:
            if not self._optional:
                raise ValueError(
                    "A training goes on from its checkpoint. "
                    f"{self.path} cannot be used ({error}): remove the file, and it begins anew."
                ) from error
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


def callback_facts(callbacks: Sequence[keras.callbacks.Callback]) -> list[Any]:
    """What tells callbacks from others before a training: their kinds, and what they were given.

    Of the arguments those count that an attribute of the same name keeps as a text or a number.

    Args:
        callbacks: Of a person.

    Example:
        >>> import keras
        >>> callback_facts([keras.callbacks.LearningRateScheduler(float, verbose=1)])
        [['LearningRateScheduler', {'verbose': 1}]]
    """
    return [[type(one).__name__, _arguments(one)] for one in callbacks]


def _arguments(callback: keras.callbacks.Callback) -> dict[str, Any]:
    kept = dict(vars(callback))
    if "monitor_op" in kept:
        kept["min_delta"] = abs(kept["min_delta"])  # Keras flips its sign in the first epoch
    named = {name: kept.get(name) for name in inspect.signature(type(callback)).parameters}
    return {k: v for k, v in named.items() if isinstance(v, str | int | float | bool)}


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
