"""How a worker divides its slots among the jobs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuning.engine.dispatcher import Dispatcher
from tuning.engine.session import Session
from tuning.service.client import JobStatus
from tuning.service.fair_share import Share, next_job
from tuning.storage import records

UNBOUNDED = 10**9  # trials of a search that time ends, or a grid whose size its session knows


@dataclass(frozen=True, kw_only=True)
class Division:
    """The slots of a worker by job.

    Attributes:
        wanted: What each job should have, also those that are not opened yet.
        allowed: What those that are served may have at this moment; while another one is being
            opened they have its slots.
    """

    wanted: Mapping[str, int]
    allowed: Mapping[str, int]


def divide(
    statuses: Sequence[JobStatus],
    sessions: Mapping[str, Session],
    dispatcher: Dispatcher,
    *,
    slots: int,
) -> Division:
    """Divides the slots of a worker.

    Args:
        statuses: The jobs that are queued or running.
        sessions: Job to its search, of those that are served here.
        dispatcher: Runs the trials of the sessions.
        slots: Slots of this worker.
    """
    own = {name: dispatcher.running(session) for name, session in sessions.items()}
    turns = {name: dispatcher.turn(session) for name, session in sessions.items()}
    shares = _shares(statuses, own, turns)
    served = allocate([share for share in shares if share.name in sessions], slots)
    return Division(wanted=allocate(shares, slots), allowed=within_free(served, own, slots))


def _shares(
    statuses: Sequence[JobStatus], own: Mapping[str, int], turns: Mapping[str, int]
) -> list[Share]:
    """What the jobs have without this worker's part, and what they may still have."""
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
                turn=turns.get(job.name, 0),
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


def within_free(targets: Mapping[str, int], own: Mapping[str, int], slots: int) -> dict[str, int]:
    """What jobs may have at this moment on their way to their slots.

    A job grows into slots that are free only: a trial that is claimed for one that still runs
    another job's would wait, and nobody else could run it.

    Args:
        targets: Job to slots by `allocate`, the next one first.
        own: Job to the trials that this worker runs for it.
        slots: Slots of this worker.

    Returns:
        Job to slots, for each job of `targets`.

    Example:
        >>> within_free({"b": 1}, {"a": 1}, 1), within_free({"b": 1}, {}, 1)
        ({'b': 0}, {'b': 1})
    """
    free = max(0, slots - sum(own.values()))
    found = {}
    for name, target in targets.items():
        has = own.get(name, 0)
        grows = min(max(0, target - has), free)
        free -= grows
        found[name] = min(target, has + grows)
    return found
