"""What a job needs of a worker, and what the slots of a worker have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuning.options import LOCAL, PoolOptions
from tuning.workers.machine import usable_memory

_GB = 10**9


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What a trial needs, or what a slot has.

    Attributes:
        labels: Words that jobs and workers agree on.
        gpus: GPUs of one trial.
        memory: Bytes of memory of one trial; 0 for a job that does not say.
    """

    labels: tuple[str, ...] = ()
    gpus: int = 0
    memory: int = 0

    def lacks(self, needs: Resources) -> str:
        """Why slots with this cannot serve a job that needs `needs`; empty when they can.

        Example:
            >>> slot = Resources(labels=("a100",), gpus=1, memory=16 * 10**9)
            >>> slot.lacks(Resources(gpus=2, memory=32 * 10**9))
            '2 GPUs for each trial (1 here) and 32 GB of memory for each trial (16 GB here)'
            >>> slot.lacks(Resources(labels=("a100",), gpus=1))
            ''
        """
        missing = [f"the label {one!r}" for one in needs.labels if one not in self.labels]
        if needs.gpus > self.gpus:
            missing.append(f"{needs.gpus} GPUs for each trial ({self.gpus} here)")
        if needs.memory > self.memory:
            missing.append(
                f"{needs.memory / _GB:.3g} GB of memory for each trial "
                f"({self.memory / _GB:.3g} GB here)"
            )
        return " and ".join(missing)


NOTHING = Resources()


def capacity_of(options: PoolOptions, slots: int, labels: Sequence[str]) -> Resources:
    """What each slot of a worker has.

    On this machine a slot has its part of the memory, unless the options say less; on a Ray
    cluster it has what the options ask Ray for.

    Args:
        options: The worker's options.
        slots: Its slots.
        labels: Its labels.
    """
    memory = options.memory
    if memory is None:
        memory = usable_memory() // slots if options.pool == LOCAL else 0
    return Resources(labels=tuple(sorted(set(labels))), gpus=options.gpus, memory=memory)
