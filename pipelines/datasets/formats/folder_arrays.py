"""Decodes a folder or archive of `train/CLASS/image` and `test/CLASS/image`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pipelines.datasets.errors import DataError
from pipelines.datasets.fingerprint import content_digest, file_digest
from pipelines.datasets.formats.archives import list_files, read_members
from pipelines.datasets.formats.images import OnBadImage, decode_all, is_image


def source_key(name: str, sources: Iterable[Path], *options: object) -> str:
    """Key of the decoded form of some files, for the cache.

    A file counts with its SHA-256. In a folder each file counts with name, size and time
    of change: reading tens of thousands of files would cost what the cache saves.

    Args:
        name: Name of the dataset.
        sources: Files and folders.
        options: Options of the decoder.

    Returns:
        64 hexadecimal digits.
    """
    parts: list[str] = [name, *(repr(option) for option in options)]
    for source in sources:
        if source.is_file():
            parts.append(file_digest(source))
            continue
        for file in list_files(source):
            status = file.stat()
            parts.append(f"{file} {status.st_size} {status.st_mtime_ns}")
    return content_digest(*parts)


def folder_arrays(
    path: Path,
    classes: tuple[str, ...],
    *,
    size: tuple[int, int],
    on_bad_image: OnBadImage = "error",
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Decodes all images of both splits.

    Args:
        path: Folder, tar or zip; `train` and `test` may lie below one further folder.
        classes: Names of the class folders in the order of their numbers.
        size: `(height, width)` in pixels.
        on_bad_image: `"error"` or `"skip"`.

    Returns:
        `train_x`, `train_y`, `test_x`, `test_y` in the order of the names, and notes.

    Raises:
        DataError: If a folder is no class, a split has no image, or an image is damaged.
    """
    members: dict[str, list[tuple[str, bytes]]] = {"train": [], "test": []}
    for name, data in read_members(path, is_image):
        split = _split_of(name)
        if split is not None:
            members[split].append((name, data))
    arrays: dict[str, np.ndarray] = {}
    notes: tuple[str, ...] = ()
    for split, named in members.items():
        named.sort(key=lambda item: item[0])
        if not named:
            raise DataError(f"no images under '{split}/CLASS/'.", path=path)
        labels = np.array([_label(name, classes, path) for name, _ in named], dtype=np.int64)
        pixels, kept, skipped = decode_all(named, root=path, size=size, on_bad_image=on_bad_image)
        arrays[f"{split}_x"], arrays[f"{split}_y"] = pixels, labels[kept]
        notes += skipped
    return arrays, notes


def _split_of(name: str) -> str | None:
    folders = name.split("/")
    return folders[-3] if len(folders) >= 3 and folders[-3] in ("train", "test") else None


def _label(name: str, classes: tuple[str, ...], path: Path) -> int:
    folder = name.split("/")[-2]
    if folder not in classes:
        raise DataError(
            f"{name!r} lies in the folder {folder!r}, which is no class. "
            f"Known: {', '.join(classes)}.",
            path=path,
        )
    return classes.index(folder)
