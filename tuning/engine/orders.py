"""What a session wants done with its tasks."""

from __future__ import annotations

from dataclasses import dataclass

from tuning.workers.pool import TrialTask


@dataclass(frozen=True)
class Submit:
    """Submit a task."""

    task: TrialTask


@dataclass(frozen=True)
class Answer:
    """Tell a task that asked whether it is pruned."""

    token: str
    prunes: bool


@dataclass(frozen=True)
class Cancel:
    """End a task: its trial belongs to this search no more."""

    token: str


Order = Submit | Answer | Cancel
