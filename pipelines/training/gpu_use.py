"""How busy the graphics card was in every epoch, and how much of its memory was taken."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import keras
from typing_extensions import override

UTILISATION, MEMORY = "gpu_utilisation", "gpu_memory_mib"
_SECONDS = 5.0  # a driver that does not answer holds no training up for longer
_QUERY = ("--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits")


class GpuUse(keras.callbacks.Callback):
    """Adds `gpu_utilisation` (percent) and `gpu_memory_mib` of the first card to the epoch's logs.

    Both are those of the whole card at the end of the epoch, as `nvidia-smi` shows them (table 1 of
    the R&D report, source 003, has such columns). Without a card or its program nothing is added.

    Args:
        program: Name of the program.
    """

    def __init__(self, program: str = "nvidia-smi") -> None:
        super().__init__()
        self._program = shutil.which(program)

    @override
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        found = gpu_use(self._program)
        if found is None:
            self._program = None  # it will not do better at the next epoch
        elif logs is not None:
            logs |= found


def gpu_use(program: str | None) -> dict[str, float] | None:
    """What a program such as `nvidia-smi` says of the first card.

    Args:
        program: Its path, or None.

    Returns:
        `gpu_utilisation` and `gpu_memory_mib`; None where nothing can be said.

    Example:
        >>> gpu_use(None) is None
        True
    """
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - a program of the machine, found by its name
            [program, *_QUERY], capture_output=True, text=True, timeout=_SECONDS, check=True
        )
        busy, memory = done.stdout.splitlines()[0].split(",")
        return {UTILISATION: float(busy), MEMORY: float(memory)}
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
