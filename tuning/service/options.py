"""The options of a worker."""

from __future__ import annotations

from pydantic import Field

from tuning.options import PoolOptions, Seconds


class WorkerOptions(PoolOptions):
    """Where a worker of the service runs trials, and how long it waits for the store.

    Here `gpus` and `memory` are what each slot has; jobs that ask for more are left to others.

    Example:
        >>> WorkerOptions(store_timeout="10min").store_timeout
        600.0
    """

    store_timeout: Seconds = Field(
        600.0,
        description="Time for which a store that does not answer is waited for; the worker then "
        "ends.",
    )
