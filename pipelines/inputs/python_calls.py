"""Calls of Python from the threads of a dataset, which must end before Python does.

A dataset works ahead. Where an iterator that has more to give is alive when the interpreter ends,
for example a global variable of a script, TensorFlow waits for the batch that is being made, and
that batch for Python, which has stopped running threads: the process would hang for ever.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

_PAUSE = 0.05  # seconds; without a call for so long, every buffer is full
_PATIENCE = 10.0  # seconds; a thread that goes on drawing batches never pauses


class _Calls:
    """How many calls have begun, and how many of them run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun = 0
        self._running = 0

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            with self._lock:
                self._begun += 1
                self._running += 1
            try:
                return function(*arguments)
            finally:
                with self._lock:
                    self._running -= 1

        return call

    def wait(self) -> None:
        """Returns when the datasets have worked ahead as far as they may."""
        end = time.monotonic() + _PATIENCE
        begun = 0
        while time.monotonic() < end and (self._running or begun != self._begun):
            begun = self._begun
            time.sleep(_PAUSE)


_calls = _Calls()
# Functions registered last run first: TensorFlow is still whole.
atexit.register(_calls.wait)


def python_call(function: Callable[..., Any], inputs: Sequence[Any], dtype: Any) -> Any:
    """`tf.numpy_function` that is waited for when the interpreter ends.

    Args:
        function: Arrays to an array.
        inputs: Tensors.
        dtype: Of the result.

    Returns:
        A tensor of unknown shape.

    Example:
        >>> int(python_call(lambda x: x + 1, [tf.constant(1)], tf.int32))
        2
    """
    return tf.numpy_function(_calls.counted(function), inputs, dtype)
