"""Whether a file can be read to its end."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from pipelines.datasets.errors import DataError
from pipelines.datasets.formats.archives import TAR_SUFFIXES, read_members

_CHUNK_BYTES = 1 << 20
_TEXT_SUFFIXES = (".txt", ".csv", ".tsv")


def damage(path: Path, *, name: str | None = None) -> str | None:
    """Reads a file as what its name says, and tells what is wrong with it.

    Args:
        path: The file.
        name: Name that says what it is, if not its own.

    Returns:
        The problem in one line, or `None` if there is none. Archives are read to the end
        with their checksums, texts are decoded as UTF-8, other files need one byte.
    """
    kind = (name or path.name).lower()
    if path.stat().st_size == 0:
        return "the file is empty"
    try:
        if kind.endswith(".zip"):
            _read_zip(path)
        elif kind.endswith(TAR_SUFFIXES):
            for _ in read_members(path, lambda _: True):
                pass
        elif kind.endswith(".gz"):
            with gzip.open(path) as stream:
                while stream.read(_CHUNK_BYTES):
                    pass
        elif kind.endswith(_TEXT_SUFFIXES):
            path.read_bytes().decode("utf-8")
    except (DataError, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        return str(error)
    return None


def _read_zip(path: Path) -> None:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            if any(member.flag_bits & 0x1 for member in archive.infolist()):
                raise DataError("the archive is encrypted.", path=path)
            broken = archive.testzip()
    except zipfile.BadZipFile as error:
        raise DataError(f"the archive is truncated or damaged ({error}).", path=path) from error
    if broken is not None:
        raise DataError(f"member {broken!r} has another checksum.", path=path)
