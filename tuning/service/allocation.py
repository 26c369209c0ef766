"""How a worker divides its slots among the jobs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from tuning.service.client import JobStatus
from tuning.service.fair_share import Share, next_job
from tuning.storage import records

UNBOUNDED = 10**9  # trials of a grid whose size is known to its session alone


def shares_of(statuses: Sequence[JobStatus], own: Mapping[str, int]) -> list[Share]:
    """What the jobs have without this worker's part, and what they may still have.

    Args:
        statuses: The jobs that are queued or running.
        own: Job to the trials that this worker runs for it.
    """
    shares = []
    for status in statuses:
        job, counts = status.job, status.counts
        elsewhere = max(0, counts.get(records.RUNNING, 0) - own.get(job.name, 0))
        total = UNBOUNDED if job.trials is None else job.trials
        shares.append(
            Share(
                name=job.name,
                priority=job.priority,
                weight=job.weight,
                running=elsewhere,
                waiting=total - status.finished - elsewhere,
                cap=job.cap,
                submitted=job.submitted,
            )
        )
    return shares


def allocate(shares: Sequence[Share], slots: int) -> dict[str, int]:
    """Divides slots: each goes to the job that is next by `fair_share.next_job`.

    Args:
        shares: The jobs, without this worker's part.
        slots: Slots of this worker.

    Returns:
        Job to slots; jobs without a slot are left out.

    Example:
        >>> jobs = [Share(name="a", waiting=9), Share(name="b", waiting=9, priority=1, cap=1)]
        >>> allocate(jobs, 4)
        {'b': 1, 'a': 3}
    """
    current = {share.name: share for share in shares}
    found: dict[str, int] = {}
    for _ in range(slots):
        name = next_job(current.values())
        if name is None:
            break
        found[name] = found.get(name, 0) + 1
        share = current[name]
        current[name] = dataclasses.replace(
            share, running=share.running + 1, waiting=share.waiting - 1
        )
    return found
