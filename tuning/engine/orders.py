"""What a session wants done with its tasks."""

from __future__ import annotations

from dataclasses import dataclass

from tuning.workers.pool import Task


@dataclass(frozen=True)
class Run:
    """Run a task."""

    task: Task


@dataclass(frozen=True)
class Answer:
    """Tell a task that asked whether it is pruned."""

    token: str
    prunes: bool


@dataclass(frozen=True)
class Cancel:
    """End a task: its trial belongs to this search no more."""

    token: str


Order = Run | Answer | Cancel
