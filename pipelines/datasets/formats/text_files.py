"""Reads text files and says where their bytes are not what they should be."""

from __future__ import annotations

import codecs
from pathlib import Path

from pipelines.datasets.errors import DataError


def decode_text(data: bytes, *, path: Path | str, encoding: str = "utf-8") -> str:
    r"""Decodes the bytes of a text file.

    Args:
        data: All bytes of the file; a byte order mark is removed,
            and that of UTF-16 understood.
        path: Named in errors.
        encoding: A codec of Python.

    Returns:
        The text, with `\r\n` and `\r` turned into `\n`.

    Raises:
        DataError: If the bytes are no text in this encoding, with the position, line and
            value of the first bad byte, or if the codec is unknown.

    Example:
        >>> decode_text("café\r\n".encode(), path="menu.txt")
        'café\n'
        >>> decode_text(b"one\ncaf\xe9", path="menu.txt")
        Traceback (most recent call last):
        ...
        pipelines.datasets.errors.DataError: menu.txt:2: byte 0xe9 at position 7 ...
    """
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise DataError(f"Python knows no encoding {encoding!r}.", path=path) from None
    if codec == "utf-8":
        data = data.removeprefix(codecs.BOM_UTF8)
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            codec = "utf-16"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise DataError(
            f"byte {data[error.start]:#04x} at position {error.start} is not {codec}. "
            "Convert the file, or say its encoding, for example pass `encoding='latin-1'`.",
            path=path,
            line=data.count(b"\n", 0, error.start) + 1,
        ) from error
    if "\0" in text:
        raise DataError(
            f"a text holds no NUL characters; the first is at position {text.index(chr(0))}. The "
            "file is damaged or no text; if it is UTF-16, pass `encoding='utf-16-le'`.",
            path=path,
            line=text.count("\n", 0, text.index("\0")) + 1,
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_utf8(data: bytes) -> bool:
    """Whether a text beyond ASCII is UTF-8: that of another encoding hardly ever decodes as such.

    Args:
        data: All bytes of the file.

    Example:
        >>> is_utf8("café".encode()), is_utf8("café".encode("latin-1")), is_utf8(b"tea")
        (True, False, False)
    """
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def is_there(path: Path) -> bool:
    """Whether a file or folder is at a path, which a person's text may be as well."""
    try:
        return path.exists()
    except OSError:  # The operating system refuses to look for a name of the length of a text.
        return False


def check_exists(path: Path) -> None:
    """Refuses a path where nothing is.

    Raises:
        DataError: If so.
    """
    if not is_there(path):
        raise DataError("there is no such file or folder.", path=path)


def check_is_file(path: Path) -> None:
    """Refuses a path that does not exist, and a folder where a file is expected.

    Raises:
        DataError: If it is no file.
    """
    if path.is_dir():
        raise DataError("a file is expected, and this is a folder.", path=path)
    if not path.is_file():
        raise DataError("no such file.", path=path)


def read_text(path: Path, *, encoding: str = "utf-8") -> str:
    r"""Reads a text file that must not be empty.

    Args:
        path: The file.
        encoding: A codec of Python.

    Returns:
        The text with `\n` line ends.

    Raises:
        DataError: If the file is missing, is empty or holds only white space, or if its
            bytes are no text in this encoding.
    """
    check_is_file(path)
    text = decode_text(path.read_bytes(), path=path, encoding=encoding)
    if not text.strip():
        raise DataError("the file is empty; at least one line is expected.", path=path)
    return text


def read_lines(path: Path, *, encoding: str = "utf-8") -> list[str]:
    """Reads the lines of a text file; the final line end makes no further line.

    Args:
        path: The file.
        encoding: A codec of Python.

    Returns:
        The lines without their ends.

    Raises:
        DataError: As `read_text`.
    """
    # Not splitlines: it also cuts at U+2028, U+0085 and form feeds, which texts contain.
    return read_text(path, encoding=encoding).removesuffix("\n").split("\n")
