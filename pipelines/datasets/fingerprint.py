"""Fingerprints: equal content in equal splits, or not."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.datasets.splits.splitting import Indices

_CHUNK_BYTES = 1 << 20


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, read in chunks.

    Args:
        path: The file.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def tell_apart(paths: Sequence[Path], marks: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Adds the digest of the whole file to each mark that several files have.

    Raw images of one size differ in their pixels alone, and may all begin with a black margin.

    Args:
        paths: The files.
        marks: What is known of each by a look at its beginning.

    Returns:
        Marks of which equal ones mean equal files.
    """
    counts = Counter(marks)
    return [
        (*mark, file_digest(path)) if counts[mark] > 1 else mark
        for path, mark in zip(paths, marks, strict=True)
    ]


def content_digest(*parts: Any) -> str:
    """SHA-256 over arrays, frames, texts, numbers and lists of texts, in order.

    Args:
        parts: What makes up the content. Types, shapes and borders are part of the digest:
            `("ab", "c")` and `("a", "bc")` differ.

    Returns:
        64 hexadecimal digits.

    Example:
        >>> content_digest("ab", "c") == content_digest("a", "bc")
        False
    """
    digest = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            digest.update(len(piece).to_bytes(8, "little"))
            digest.update(piece)
    return digest.hexdigest()


def _pieces(part: Any) -> Iterable[Any]:
    if isinstance(part, np.ndarray) and part.dtype != object:
        yield f"array {part.dtype.str} {part.shape}".encode()
        yield np.ascontiguousarray(part).reshape(-1).view(np.uint8).data
    elif hasattr(part, "columns"):
        from pandas.util import hash_pandas_object

        yield f"frame {list(part.columns)!r}".encode()
        yield np.ascontiguousarray(hash_pandas_object(part, index=False).to_numpy()).tobytes()
    elif isinstance(part, list | tuple | np.ndarray):
        yield f"list {len(part)}".encode()
        for item in part:
            yield from _pieces(item)
    else:
        yield f"{type(part).__name__} {part}".encode("utf-8", "surrogatepass")


def fingerprint(content: str, parts: Indices | Iterable[Any], *definition: object) -> str:
    """Fingerprint of a dataset: its content and which row is in which split.

    Args:
        content: Digest of the content, from `file_digest` or `content_digest`.
        parts: The row numbers (or other description) of the three splits.
        definition: What else decides the data, for example options of the loader.

    Returns:
        64 hexadecimal digits.
    """
    return content_digest(content, *parts, *(repr(item) for item in definition))
