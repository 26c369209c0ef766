"""One `cookbook train` as a process of its own, which ends with the one that began it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks._machine import ROOT


def trained(command: Sequence[str]) -> dict[str, Any]:
    """What a `cookbook train ... --json` prints at its end.

    SIGTERM ends the training too: else it would go on alone, and write the checkpoints of the next
    one that goes on.

    Args:
        command: The command and its arguments, `cookbook` first.

    Returns:
        The result.

    Raises:
        subprocess.CalledProcessError: If the training fails.
        SystemExit: At SIGTERM.
    """
    arguments = [sys.executable, "-m", "pipelines.cli", *command[1:]]
    training: subprocess.Popen[str] | None = None
    asked = False

    def end(*_: object) -> None:
        # It raises nothing, which would lose a process that is just being made.
        nonlocal asked
        asked = True
        if training is not None:
            training.kill()

    before = signal.signal(signal.SIGTERM, end)
    try:
        with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as training:
            try:
                if asked:
                    training.kill()
                printed, _ = training.communicate()
            finally:
                training.kill()  # nothing happens to one that has ended
    finally:
        signal.signal(signal.SIGTERM, before)
    if asked:
        sys.exit(128 + signal.SIGTERM)
    if training.returncode:
        raise subprocess.CalledProcessError(training.returncode, arguments, printed)
    result: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return result
