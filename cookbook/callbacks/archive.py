"""One file of JSON and arrays that is either the old one or the new one, never half of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_MANIFEST = "manifest"


def write_archive(path: Path, manifest: Any, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes an `.npz` file and moves it into place in one step.

    A process that is killed while writing leaves the previous file untouched.

    Args:
        path: File to write or replace; its folder is made if absent.
        manifest: Anything `json.dumps` accepts.
        arrays: Numeric arrays by name; types NumPy does not know (bfloat16, float8) too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    dtypes = {name: array.dtype.name for name, array in arrays.items()}
    text = json.dumps({"manifest": manifest, "dtypes": dtypes})
    scratch = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with scratch.open("wb") as file:
        entries = {name: _plain(array) for name, array in arrays.items()}
        entries[_MANIFEST] = np.frombuffer(text.encode(), np.uint8)
        np.savez(file, allow_pickle=False, **entries)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def read_archive(path: Path) -> tuple[Any, dict[str, np.ndarray]]:
    """Reads what `write_archive` wrote.

    Args:
        path: An existing file.

    Returns:
        The manifest and the arrays by name, with their dtypes.
    """
    # A file of our own: NumPy leaves one that is no archive open.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as entries:
        text = json.loads(entries[_MANIFEST].tobytes().decode())
        arrays = {
            name: entries[name].view(np.dtype(dtype)) for name, dtype in text["dtypes"].items()
        }
    return text["manifest"], arrays


def _plain(array: np.ndarray) -> np.ndarray:
    """The same bits in a type that NumPy can store: its file format has no bfloat16."""
    if array.dtype.kind != "V" and array.dtype.isbuiltin == 1:
        return array
    return np.ascontiguousarray(array).view(f"u{array.dtype.itemsize}")
