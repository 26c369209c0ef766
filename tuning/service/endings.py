"""Processes that end jobs, each job exactly once.

A job's ending runs in a process of its own: it may take long, and whoever holds the worker's trials
must go on answering. Which of several workers ends a study is decided by the study's store.

It ends with its worker, however that ends, as trials do: the worker that is started next has all
cores and GPUs of the machine to itself, and takes the ending up where it stopped.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Sequence
from pathlib import Path

_GRACE_SECONDS = 10.0
_KEPT_CHARACTERS = 500


class EndProcesses:
    """The ends that this worker is about.

    Args:
        folder: Folder of their logs.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._retry_at: dict[str, float] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return len(self._running)

    @property
    def names(self) -> tuple[str, ...]:
        """Jobs whose ends run here."""
        return tuple(self._running)

    def running(self, names: Collection[str]) -> int:
        """How many of these jobs are ended here at this moment."""
        return sum(name in names for name in self._running)

    def may_start(self, name: str) -> bool:
        """Whether the end of a job does not run here and did not fail a moment ago."""
        return name not in self._running and time.monotonic() >= self._retry_at.get(name, 0.0)

    def start(self, name: str, command: Sequence[str], *, retry_after: float) -> None:
        """Starts the end of a job.

        Args:
            name: The job.
            command: What to run.
            retry_after: Seconds after its failure for which it is not started again here.
        """
        self._retry_at[name] = time.monotonic() + retry_after
        with self._log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - a command of the program
                list(command), stdout=log, stderr=log,
                stdin=subprocess.PIPE,  # open while this process lives, see `end_with_worker`
                start_new_session=True,  # signals for the worker are passed on by `stop`
            )  # fmt: skip

    def finished(self) -> list[tuple[str, int, str]]:
        """Takes the ends that are over: job, exit code and last words."""
        over = [(name, p.returncode) for name, p in self._running.items() if p.poll() is not None]
        for name, _ in over:
            _close_input(self._running.pop(name))
        return [(name, code, self._last_words(name)) for name, code in over]

    def stop(self) -> None:
        """Ends all of them; another worker takes over, or this one when it starts again."""
        for process in self._running.values():
            _signal(process.pid, signal.SIGTERM)
        end = time.monotonic() + _GRACE_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process.pid, signal.SIGKILL)
                process.wait()
            _close_input(process)
        self._running.clear()

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _last_words(self, name: str) -> str:
        text = self._log(name).read_text(encoding="utf-8", errors="replace").strip()
        return text[-_KEPT_CHARACTERS:].partition("\n")[2] or text[-_KEPT_CHARACTERS:]


def end_with_worker() -> None:
    """Ends this process, and what it started, when its worker is gone.

    To be called by the command of an ending; it then does as if `EndProcesses.stop` had ended it.
    """
    threading.Thread(target=_wait_for_worker, daemon=True, name="cookbook-worker-watch").start()


def _wait_for_worker() -> None:
    # Unbuffered: a buffer's lock, held by a thread that waits, is fatal when Python ends.
    while os.read(0, 1):
        pass  # nothing is ever said
    _signal(os.getpgrp(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    _signal(os.getpgrp(), signal.SIGKILL)


def _close_input(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
