"""Opens the pool that the options name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tuning.errors import JobError
from tuning.options import RAY, PoolOptions
from tuning.workers.local import LocalPool
from tuning.workers.machine import usable_cores, usable_memory, visible_gpus
from tuning.workers.pool import WorkerPool

_GB = 10**9


def open_pool(options: PoolOptions, *, log: Path, preload: Sequence[str] = ()) -> WorkerPool:
    """Opens a pool; nothing starts before `prepare` or `ensure` asks for it.

    Args:
        options: Where the workers are, how many, and what each of them needs.
        log: File that receives what workers print.
        preload: Modules that are imported once for all workers.

    Raises:
        JobError: If there is no room for the workers, or Ray is not there.
    """
    if options.pool == RAY:
        from tuning.workers.ray.pool import RayPool

        return RayPool(
            options.workers,
            log=log,
            address=options.ray_address,
            threads=options.threads,
            gpus=options.gpus,
            memory=options.memory,
            preload=preload,
            recycle_after=options.recycle_after,
            recycle_growth=options.recycle_growth,
        )
    gpus = visible_gpus() if options.gpus else []
    size = _room(options, gpus)
    return LocalPool(
        size,
        log=log,
        threads=options.threads,
        preload=preload,
        devices=devices_of(gpus, size, each=options.gpus),
        recycle_after=options.recycle_after,
        recycle_growth=options.recycle_growth,
    )


def devices_of(gpus: Sequence[str], size: int, *, each: int) -> list[str]:
    """Divides GPUs among workers.

    Args:
        gpus: The GPUs of this machine.
        size: Number of workers.
        each: GPUs of each worker.

    Example:
        >>> devices_of(["0", "1", "2", "3"], 2, each=2), devices_of([], 2, each=0)
        (['0,1', '2,3'], [])
    """
    return [",".join(gpus[each * slot : each * (slot + 1)]) for slot in range(size)] if each else []


def _room(options: PoolOptions, gpus: Sequence[str]) -> int:
    """How many workers this machine has room for: as many as asked for, or as fit."""
    fits = {}
    if options.gpus:
        fits[f"{options.gpus} GPUs each, with {len(gpus)} GPUs"] = len(gpus) // options.gpus
    if options.memory is not None:
        there = usable_memory()
        words = f"{options.memory / _GB:.3g} GB each, with {there / _GB:.3g} GB"
        fits[words] = there // options.memory
    for words, most in fits.items():
        if most < (options.workers or 1):
            raise JobError(
                f"This machine has room for {most} workers of {words}. Got {options.workers or 1}: "
                "ask for fewer workers, or for less for each (`gpus`, `memory`)."
            )
    return options.workers or min([usable_cores(), *fits.values()])
