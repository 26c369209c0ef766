"""One `cookbook train` as a process of its own, which ends with the one that began it."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks._machine import ROOT


def trained(command: Sequence[str]) -> dict[str, Any]:
    """What a `cookbook train ... --json` prints at its end.

    Args:
        command: The command and its arguments, `cookbook` first.

    Returns:
        The result.

    Raises:
        subprocess.CalledProcessError: If the training fails.
    """
    with _ended_by_sigterm():
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *command[1:]],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Lets SIGTERM leave by an exception, at which `subprocess.run` ends its process.

    Else the training goes on alone, and writes the checkpoints of the next one that goes on.
    """
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
