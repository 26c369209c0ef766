"""What this process may give to its workers: cores, memory, GPUs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psutil

from tuning.workers.fork_server import DEVICES_VARIABLE

_QUERY = ("--query-gpu=uuid", "--format=csv,noheader")
_SECONDS = 30.0
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def usable_cores() -> int:
    """Cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def usable_memory() -> int:
    """Bytes of memory of this machine, or of the container if that has fewer."""
    limits = [int(psutil.virtual_memory().total)]
    for path in _CGROUP_LIMITS:
        try:
            text = Path(path).read_text().strip()
        except OSError:
            continue
        limits += [int(text)] if text.isdecimal() else []
    return min(limits)


def visible_gpus() -> list[str]:
    """The GPUs of this machine, in the words of `CUDA_VISIBLE_DEVICES`.

    That variable wins, where it is set; otherwise NVIDIA's driver is asked. Neither touches a GPU.
    """
    chosen = os.environ.get(DEVICES_VARIABLE)
    if chosen is not None:
        return [device.strip() for device in chosen.split(",") if device.strip() not in ("", "-1")]
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    answer = subprocess.run(  # noqa: S603 - a fixed command
        [program, *_QUERY], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return answer.stdout.split() if answer.returncode == 0 else []
