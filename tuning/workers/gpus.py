"""The GPUs that this process may give to its workers."""

from __future__ import annotations

import os
import shutil
import subprocess

from tuning.workers.fork_server import DEVICES_VARIABLE

_QUERY = ("--query-gpu=uuid", "--format=csv,noheader")
_SECONDS = 30.0


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
