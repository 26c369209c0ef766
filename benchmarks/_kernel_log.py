"""How long oneDNN's kernels run, by the log that it writes with `ONEDNN_VERBOSE=1`."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator

ENVIRONMENT = {"ONEDNN_VERBOSE": "1"}


def kernel_seconds(lines: Iterable[str]) -> float:
    """Adds the times of all kernels that ran.

    Args:
        lines: The log; each kernel's line ends with its milliseconds.

    Example:
        >>> log = ["onednn_verbose,v1,primitive,exec,cpu,convolution,jit,,,mb1,1.5", "other,2.0"]
        >>> kernel_seconds(log)
        0.0015
    """
    ran = [line for line in lines if line.startswith("onednn_verbose") and ",exec," in line]
    return sum(float(line.rpartition(",")[2]) for line in ran) / 1000


@contextlib.contextmanager
def standard_output() -> Iterator[list[str]]:
    """Catches what this process prints, from C++ too; the list is filled at the end."""
    lines: list[str] = []
    sys.stdout.flush()
    kept = os.dup(1)
    with tempfile.TemporaryFile("w+") as file:
        os.dup2(file.fileno(), 1)
        try:
            yield lines
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)
            file.seek(0)
            lines.extend(file.read().splitlines())
