"""Environment variables that TensorFlow reads once, when it is loaded."""

from __future__ import annotations

import os

_DEFAULTS = {
    # TensorFlow's notes about the processor would bury the program's own output.
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # TensorFlow switches oneDNN's kernels on by itself on some processors only; on the others
    # convolutions take twice to three times as long (docs/performance.md).
    "TF_ENABLE_ONEDNN_OPTS": "1",
}


def prepare_tensorflow() -> None:
    """Sets the variables that the user has not set."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
