"""Files of a folder, tar or zip archive, read without unpacking."""

from __future__ import annotations

import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from pipelines.datasets.errors import DataError

MAX_BYTES = 16 << 30
_ENCRYPTED = 0x1
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, OSError)


def is_archive(path: Path) -> bool:
    """Whether the name is that of a tar or zip archive.

    Example:
        >>> is_archive(Path("photos.tar.gz")), is_archive(Path("photos"))
        (True, False)
    """
    name = path.name.lower()
    return name.endswith((*TAR_SUFFIXES, ".zip"))


def is_hidden(name: str) -> bool:
    """Whether a file or a folder above it is hidden, as notebooks and archives of Macs leave them.

    Example:
        >>> is_hidden("cat/.ipynb_checkpoints/1.png"), is_hidden("__MACOSX/cat/1.png")
        (True, True)
        >>> is_hidden("./cat/1.png")
        False
    """
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def list_files(folder: Path) -> list[Path]:
    """All files below a folder, sorted; links are followed, each folder once."""
    seen: set[str] = set()
    files: list[Path] = []
    for place, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        files += [path for name in names if (path := Path(place, name)).is_file()]
    return sorted(files)


def checked_name(name: str, archive: Path) -> str:
    """Returns a member's name if it stays inside the archive.

    Args:
        name: Name as stored.
        archive: Named in the error.

    Returns:
        The name without leading `./`.

    Raises:
        DataError: If the name is absolute, holds a drive letter or a step upwards.

    Example:
        >>> checked_name("../../etc/passwd", Path("photos.tar"))
        Traceback (most recent call last):
        ...
        pipelines.datasets.errors.DataError: photos.tar: member '../../etc/passwd' leaves ...
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]:
        raise DataError(
            f"member {name!r} leaves the archive. Nothing was read from it: get the archive "
            "from a source you trust.",
            path=archive,
        )
    return str(path)


def read_members(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Yields the files of a folder or archive whose names are wanted.

    Args:
        path: A folder, or a tar or zip archive.
        wanted: Takes a name relative to the root, with forward slashes.

    Yields:
        Names and contents: sorted in a folder, in stored order in an archive.

    Raises:
        DataError: If the path is missing, the archive is truncated or damaged, a wanted
            member is a link, or any name leaves the archive.
    """
    if path.is_dir():
        for file in list_files(path):
            name = file.relative_to(path).as_posix()
            if wanted(name):
                yield name, file.read_bytes()
        return
    if not path.is_file():
        raise DataError("no such file or folder.", path=path)
    reader = _read_zip if path.name.lower().endswith(".zip") else _read_tar
    try:
        yield from reader(path, wanted)
    except DataError:
        raise
    except _BROKEN as error:
        raise DataError(
            f"the archive is truncated or damaged ({error}). Fetch it again.", path=path
        ) from error


def _read_tar(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    # "r|*" would be faster by a little, but "r:*" notices a truncated header.
    budget = MAX_BYTES
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            name = checked_name(member.name, path)
            if member.isdir() or not wanted(name):
                continue
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is None:
                raise DataError(f"member {name!r} is a link or device, not a file.", path=path)
            budget = _spend(budget, member.size, name, path)
            data = stream.read()
            if len(data) != member.size:
                raise DataError(
                    f"the archive is truncated: {name!r} has {len(data)} of {member.size} bytes. "
                    "Fetch it again.",
                    path=path,
                )
            yield name, data


def _read_zip(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    budget = MAX_BYTES
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = checked_name(member.filename, path)
            if member.is_dir() or not wanted(name):
                continue
            if member.flag_bits & _ENCRYPTED:
                raise DataError(
                    f"member {name!r} is encrypted. Unpack the archive with its password, and "
                    "pass the folder.",
                    path=path,
                )
            budget = _spend(budget, member.file_size, name, path)
            try:
                yield name, archive.read(member)
            except NotImplementedError as error:
                raise DataError(f"member {name!r}: {error}. Pack it anew.", path=path) from error


def _spend(budget: int, size: int, name: str, path: Path) -> int:
    """What is left of the bytes that may be read; a small archive can unpack to terabytes."""
    if size > budget:
        raise DataError(
            f"an archive is read up to {MAX_BYTES / 2**30:g} GiB of content; it is more with "
            f"{name!r}. Unpack it, and pass the folder.",
            path=path,
        )
    return budget - size
