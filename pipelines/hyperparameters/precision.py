"""Precision in which layers compute."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

PRECISIONS = ("float32", "mixed_bfloat16")
"""Policies of Keras; weights are `float32` in both."""


@contextlib.contextmanager
def precision(name: str) -> Iterator[None]:
    """Layers that are built inside compute in a precision, and remember it.

    Args:
        name: One of `PRECISIONS`.

    Example:
        >>> import keras
        >>> with precision("mixed_bfloat16"):
        ...     layer = keras.layers.Dense(1)
        >>> layer.compute_dtype, layer.variable_dtype, keras.config.dtype_policy().name
        ('bfloat16', 'float32', 'float32')
    """
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
