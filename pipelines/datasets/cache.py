"""DecodedArrays arrays on disk, so that a dataset is decoded once."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.datasets.fingerprint import content_digest

# Part of every key: raise it when a decoder's output changes.
_VERSION = 4


@dataclass(frozen=True, eq=False)
class DecodedArrays:
    """Arrays of a dataset before it is split.

    Attributes:
        arrays: By name; memory-mapped and read-only when they come from the cache.
        digest: SHA-256 over all of them.
        notes: What the decoder reported.
    """

    arrays: Mapping[str, np.ndarray]
    digest: str
    notes: tuple[str, ...] = ()


def cache_folder(cache_dir: Path | str | None = None) -> Path:
    """Names the folder for decoded arrays.

    Args:
        cache_dir: A folder, or `None` for `$XDG_CACHE_HOME/keras-cookbook/datasets`
            (`~/.cache` without that variable).
    """
    if cache_dir is not None:
        return Path(cache_dir).expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "keras-cookbook" / "datasets"


def cached(
    key: str,
    make: Callable[[], tuple[Mapping[str, np.ndarray], tuple[str, ...]]],
    cache_dir: Path | str | None = None,
) -> DecodedArrays:
    """Returns decoded arrays from the cache, or decodes and stores them.

    A folder of the cache appears complete or not at all: it is written beside and renamed.
    Where nothing can be written, the arrays are returned without being stored.

    Args:
        key: Digest of everything that decides the arrays.
        make: Decodes: returns the arrays by name, and notes.
        cache_dir: As for `cache_folder`.

    Returns:
        The arrays with their digest.
    """
    folder = cache_folder(cache_dir) / content_digest(key, _VERSION)[:32]
    found = _read(folder)
    if found is not None:
        return found
    arrays, notes = make()
    decoded = DecodedArrays(
        arrays, content_digest(*(item for pair in arrays.items() for item in pair))
    )
    decoded = DecodedArrays(arrays, decoded.digest, notes)
    try:
        _write(folder, decoded)
    except OSError:
        # A read-only or full disk costs time at the next load, never the result.
        return decoded
    return _read(folder) or decoded


def _read(folder: Path) -> DecodedArrays | None:
    try:
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in meta["arrays"]
        }
        return DecodedArrays(arrays, meta["digest"], tuple(meta["notes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(folder: Path, decoded: DecodedArrays) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".partial-"))
    try:
        for name, array in decoded.arrays.items():
            np.save(partial / f"{name}.npy", array, allow_pickle=False)
        meta = {
            "arrays": list(decoded.arrays),
            "digest": decoded.digest,
            "notes": list(decoded.notes),
        }
        (partial / "meta.json").write_text(json.dumps(meta), "utf-8")
        if folder.exists():
            # Present but unreadable: `_read` refused it, so it is replaced.
            shutil.rmtree(folder, ignore_errors=True)
        # Another process may have stored the same arrays meanwhile: they are equal.
        with contextlib.suppress(OSError):
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def pack_texts(texts: list[str]) -> dict[str, np.ndarray]:
    """Packs texts into two arrays that the cache can store.

    Args:
        texts: Any strings.

    Returns:
        `bytes` (`uint8`, all texts in UTF-8) and `ends` (`int64[n]`).

    Example:
        >>> unpack_texts(pack_texts(["one", "", "caf\u00e9"]))
        ['one', '', 'caf\u00e9']
    """
    encoded = [text.encode("utf-8") for text in texts]
    return {
        "bytes": np.frombuffer(b"".join(encoded), dtype=np.uint8),
        "ends": np.cumsum([len(item) for item in encoded], dtype=np.int64),
    }


def unpack_texts(arrays: Mapping[str, np.ndarray]) -> list[str]:
    """Reverses `pack_texts`."""
    data = arrays["bytes"].tobytes()
    ends = arrays["ends"].tolist()
    return [data[start:end].decode("utf-8") for start, end in zip([0, *ends], ends, strict=False)]
