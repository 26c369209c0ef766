"""Which job gets the next free slot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a job has of the slots, and what it may have.

    Attributes:
        name: The job.
        priority: Higher ones are served first.
        weight: Share beside jobs of the same priority, above 0.
        running: Its trials that run now, on all workers.
        waiting: Trials it could start at once.
        cap: Most trials at once, or None.
        turn: Rises with each trial that begins; of jobs that have equally much the one with the
            smallest is next, so that they take turns on a single slot.
        submitted: When it was submitted; of equal jobs the older one is served first.
    """

    name: str
    priority: int = 0
    weight: float = 1.0
    running: int = 0
    waiting: int = 1
    cap: int | None = None
    turn: int = 0
    submitted: float = 0.0

    @property
    def wants(self) -> bool:
        """Whether the job can use one more slot."""
        return self.waiting > 0 and (self.cap is None or self.running < self.cap)


def next_job(shares: Iterable[Share]) -> str | None:
    """Names the job that gets a free slot.

    The highest priority first; among equals the job with the fewest running trials for its weight,
    so that equal jobs advance, and finish, together; then the one that waits longest; then the
    older one.

    Args:
        shares: The jobs that are not over or paused and that the worker can serve.

    Returns:
        The name, or None when no job can use this slot.

    Example:
        >>> next_job([Share(name="a", running=2, weight=2.0), Share(name="b", running=2)])
        'a'
        >>> next_job([Share(name="a"), Share(name="b", priority=1, cap=3, running=3)])
        'a'
    """
    able = [share for share in shares if share.wants]
    if not able:
        return None
    best = min(able, key=_place)
    return best.name


def _place(share: Share) -> tuple[float, float, int, float, str]:
    return -share.priority, share.running / share.weight, share.turn, share.submitted, share.name
