"""Precision in which layers compute."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

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


# As Linux calls them: of x86, and of Arm.
_INSTRUCTIONS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})
_PROCESSOR, _CARD = Path("/proc/cpuinfo"), Path("/proc/driver/nvidia/version")


def multiplies_bfloat16(processor: Path = _PROCESSOR, card: Path = _CARD) -> bool | None:
    """Whether this machine has instructions for products of bfloat16; None if nothing tells.

    Args:
        processor: Where Linux says what the processor can do.
        card: Where an NVIDIA driver says that it is there; its card does the products then.
    """
    if card.exists() or not processor.exists():
        return None
    lines = processor.read_text(encoding="utf-8").splitlines()
    words = {word for line in lines for word in line.partition(":")[2].split()}
    return not _INSTRUCTIONS.isdisjoint(words)


def precision_notices(chosen: object) -> tuple[str, ...]:
    """What to know on this machine before a training in a precision.

    Args:
        chosen: One of `PRECISIONS`; None for the default.

    Example:
        >>> precision_notices("float32")
        ()
    """
    if chosen != "mixed_bfloat16" or multiplies_bfloat16() is not False:
        return ()
    return (
        "precision=mixed_bfloat16: this processor has no instructions for it (AVX512-BF16, AMX), "
        "so an epoch takes several times as long as with float32.",
    )
