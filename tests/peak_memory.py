"""The most memory that a process has had in RAM; for scripts that tests start."""

from __future__ import annotations

from pathlib import Path


def peak_kb() -> int:
    """Since the process began its program, in kB, on Linux.

    Not `ru_maxrss`, which begins with the size of the process that started this one.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
