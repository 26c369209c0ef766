"""Reads pickles of plain values and arrays, and refuses everything else.

A pickle is a program: reading one from the internet with `pickle.load` runs it. The
CIFAR-10 archive needs dictionaries, lists, strings and arrays only. Not even NumPy's own
unpickling code is called here: an array is rebuilt from its raw bytes.
"""

from __future__ import annotations

import io
import pickle  # only through the restricted class below
import re
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.datasets.errors import DataError

_PLAIN_DTYPE = re.compile(r"[bui][1248]|f[248]|b1|\?")


class _Dtype:
    """Stands for a pickled `numpy.dtype`."""

    def __init__(self, code: Any, *_: Any) -> None:
        self.code = code.decode("ascii") if isinstance(code, bytes) else str(code)
        self.order = "="
        if not _PLAIN_DTYPE.fullmatch(self.code):
            raise pickle.UnpicklingError(f"arrays of {self.code!r} are not read")

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order = state[1]
        self.order = order.decode("ascii") if isinstance(order, bytes) else str(order)
        if self.order not in ("<", ">", "=", "|"):
            raise pickle.UnpicklingError(f"no byte order {self.order!r}")

    def dtype(self) -> np.dtype:
        return np.dtype(self.order + self.code.replace("?", "b1"))


class _Array:
    """Stands for a pickled `numpy.ndarray`."""

    def __init__(self, *_: Any) -> None:
        self.values: np.ndarray | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, fortran, raw = state
        if not isinstance(dtype, _Dtype) or not isinstance(raw, bytes):
            raise pickle.UnpicklingError("an array without plain bytes")
        flat = np.frombuffer(raw, dtype=dtype.dtype())
        self.values = flat.reshape(shape, order="F" if fortran else "C")


def _encode(text: str, encoding: str) -> bytes:
    """Stands for `_codecs.encode`: Python 3 writes bytes so in old protocols."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"text in {encoding!r}")
    return text.encode("latin1")


_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): "ndarray",
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _ALLOWED[module, name]


def _plain(value: Any) -> Any:
    if isinstance(value, _Array):
        if value.values is None:
            raise pickle.UnpicklingError("an array without values")
        return value.values
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_plain(item) for item in value)
    return value


def unpickle_plain(data: bytes, *, path: Path | str) -> Any:
    """Reads a pickle that holds plain values and numeric arrays.

    Args:
        data: The pickle; strings of Python 2 come out as `bytes`.
        path: Named in errors.

    Returns:
        Numbers, strings, bytes, lists, tuples, dictionaries and read-only arrays.

    Raises:
        DataError: If the pickle asks for anything else, or is damaged. Nothing that it
            names is imported or called.

    Example:
        >>> import pickle
        >>> unpickle_plain(pickle.dumps({"labels": [1, 2]}), path="batch")
        {'labels': [1, 2]}
        >>> unpickle_plain(pickle.dumps(print), path="batch")
        Traceback (most recent call last):
        ...
        pipelines.datasets.errors.DataError: batch: the pickle is refused: it asks for ...
    """
    try:
        return _plain(_PlainUnpickler(io.BytesIO(data), encoding="bytes").load())
    except Exception as error:  # a damaged pickle raises almost anything
        raise DataError(
            f"the pickle is refused: {error}. Only plain values and numeric arrays are read.",
            path=path,
        ) from error
