"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place to write a file, which takes its name when it is complete.

    A failure keeps what had the name before, and two processes that write the same file do not
    see each other's half.

    Args:
        path: The file; its folder is there.

    Yields:
        A file beside it, to be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     target = Path(folder) / "note.txt"
        ...     with whole_file(target) as partial:
        ...         _ = partial.write_text("done")
        ...     [file.name for file in Path(folder).iterdir()], target.read_text()
        (['note.txt'], 'done')
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        if error.filename == str(partial):  # nobody knows the file beside it
            error.filename = str(path)
        raise
    finally:
        with contextlib.suppress(OSError):  # a name that is too long was never there
            partial.unlink()
