"""Machines whose clocks are wrong: processes that read another time than the kernel's."""

from __future__ import annotations

import os

from tests.service.support import ROOT

# Runs before anything else in each Python process. What cannot be set, as the time since the
# machine's start, stays as it is.
_PROGRAM = """\
import pathlib, time

_file = pathlib.Path(__file__).with_name("seconds")
_read, _read_ns = time.time, time.time_ns
time.time = lambda: _read() + float(_file.read_text())
time.time_ns = lambda: _read_ns() + int(float(_file.read_text()) * 10**9)
"""


class Clock:
    """A clock that can be set, for the processes that are started behind `prefix`.

    Args:
        folder: Where it is kept; it also serves as a folder for what reads the clock.
    """

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(_PROGRAM)
        self.set(0.0)

    def set(self, seconds):
        """Sets the clock to so many seconds ahead of the right time."""
        new = self.folder / "new"
        new.write_text(str(seconds))
        new.replace(self.folder / "seconds")

    @property
    def prefix(self):
        """A command for the processes that read it."""
        return ("env", f"PYTHONPATH={self.folder}{os.pathsep}{ROOT}")
