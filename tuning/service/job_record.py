"""One job of the queue, as a value."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuning.service.capacity import Resources

QUEUED, RUNNING, FINISHING = "queued", "running", "finishing"
PAUSED, DONE, FAILED, CANCELLED = "paused", "done", "failed", "cancelled"
ENDED = (DONE, FAILED, CANCELLED)
STATES = (QUEUED, RUNNING, FINISHING, PAUSED, *ENDED)
# From which states a job may come into each state.
BEFORE: Mapping[str, tuple[str, ...]] = {
    QUEUED: (PAUSED, *ENDED),  # resumed, or begun again with a larger budget
    # Not from FINISHING: of several workers that opened a job, one may see late that it is over.
    RUNNING: (QUEUED,),
    FINISHING: (RUNNING, QUEUED),
    PAUSED: (QUEUED, RUNNING),
    DONE: (FINISHING, RUNNING),
    FAILED: (QUEUED, RUNNING, FINISHING),
    CANCELLED: (QUEUED, RUNNING, FINISHING, PAUSED),
}


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """A job as the queue holds it.

    Attributes:
        name: Name of the job and of its study.
        text: The YAML that was submitted.
        changes: Keys of the job that were changed since, for example `{"trials": 40}`.
        trials: Trials it asks for, or None when a grid or its time decides.
        timeout: Seconds from `started` after which it ends, or None.
        submitter: Who submitted it.
        submitted: When, in seconds since 1970 by the store's clock.
        started: When a worker began it, or went on with it after a resume; None before.
        ended: When it was over, or None.
        priority: Jobs of higher priority get free slots first.
        weight: Share of the slots beside jobs of the same priority.
        cap: Most concurrent trials on all workers together, or None.
        labels: Labels that a worker must have to run the job's trials.
        gpus: GPUs that each trial needs, or None for none.
        memory: Bytes of memory that each trial needs, or None when the job does not say.
        state: One of `STATES`.
        reason: Why it failed or was cancelled, or what ended it before it had its trials.
        version: The newest version that submitted or changed it; None for one of before 0.2.
        elapsed: Seconds from `started` to its end, or to when this was read, by the store's clock.
    """

    name: str
    text: str
    changes: Mapping[str, Any]
    trials: int | None
    timeout: float | None
    submitter: str
    submitted: float
    started: float | None
    ended: float | None
    priority: int
    weight: float
    cap: int | None
    labels: tuple[str, ...]
    gpus: int | None
    memory: int | None
    state: str
    reason: str
    version: str | None
    elapsed: float = field(default=0.0, compare=False)  # no news of the job by itself

    @property
    def mark(self) -> str:
        """What the runs of its study carry in MLflow, before the study exists; 32 digits."""
        text = f"{self.name}\n{self.submitter}\n{self.submitted!r}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def needs(self) -> Resources:
        """What a slot must have to run the job's trials."""
        return Resources(labels=self.labels, gpus=self.gpus or 0, memory=self.memory or 0)

    @property
    def is_overdue(self) -> bool:
        """Whether its `timeout` is over."""
        return self.timeout is not None and self.elapsed > self.timeout

    @property
    def is_over(self) -> bool:
        """Whether no worker will touch the job again by itself."""
        return self.state in ENDED


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line of a job's log.

    Attributes:
        id: Grows from line to line.
        time: Seconds since 1970 by the store's clock.
        source: Who wrote it: a worker or the client.
        text: The line.
    """

    id: int
    time: float
    source: str
    text: str
