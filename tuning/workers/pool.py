"""What a search needs of its workers, wherever they are: tasks in, messages out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tuning.workers.objective import Payload

COMPLETE, PRUNED, FAILED, BROKEN = "complete", "pruned", "failed", "broken"


@dataclass(frozen=True, kw_only=True)
class TrialTask:
    """One run of one trial.

    Attributes:
        token: Tells it apart from every other run, also of the same trial.
        number: Number of the trial.
        params: The point.
        seed: The trial's seed.
        budget: Most steps, or None.
        directory: Folder for the trial's files.
        checkpoints: Folder from which it goes on after its process died, or None; removed when
            the task ends by itself.
        metric: Metric that drives pruning, or None for no pruning.
        decision_steps: Steps at which the pruner decides, None for every one.
        timeout: Seconds after which it is ended by force, or None.
        memory_limit: Bytes of resident memory at which it is ended by force, or None.
    """

    token: str
    number: int
    params: dict[str, Any]
    seed: int
    budget: int | None
    directory: str
    metric: str | None
    decision_steps: tuple[int, ...] | None
    timeout: float | None = None
    memory_limit: int | None = None
    checkpoints: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an objective did, in plain values.

    Attributes:
        kind: `COMPLETE`, `PRUNED`, `FAILED` for this point or `BROKEN` for the whole job.
        metrics: What the objective returned.
        history: What it reported.
        notes: What it annotated.
        point: What it asked for, in this order; None for what it was given.
        ranges: Plain form of the dimension of what it asked for and was not given.
        reason: Why it failed, one line.
        trace: Last lines of the exception's trace.
    """

    kind: str
    metrics: Mapping[str, float]
    history: Mapping[str, list[float]]
    notes: Mapping[str, Any]
    reason: str | None = None
    trace: str | None = None
    point: Mapping[str, Any] | None = None
    ranges: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A task asks whether to go on; it waits for `answer`.

    Attributes:
        token: The task's.
        steps: Steps reported so far.
        values: The metric that drives pruning at each of them.
    """

    token: str
    steps: Sequence[int]
    values: Sequence[float]


@dataclass(frozen=True)
class Ended:
    """A task came to its end."""

    token: str
    outcome: Outcome


@dataclass(frozen=True)
class Lost:
    """The process of a task died by itself; the task may be tried again."""

    token: str
    reason: str


@dataclass(frozen=True)
class Stopped:
    """The pool ended a task by force, because it was over its time or memory."""

    token: str
    reason: str


@dataclass(frozen=True)
class Interrupted:
    """The machine of a task went away; the task is not to blame and may be started again."""

    token: str
    reason: str


Message = Asked | Ended | Lost | Stopped | Interrupted


class WorkerPool(Protocol):
    """Runs tasks of one or several searches.

    Nothing here says that workers are processes of this machine.

    Rules:
        1. A task that was submitted ends with exactly one `Ended`, `Lost`, `Stopped` or
           `Interrupted`.
        2. After `cancel` nothing is heard of a task, and what it started is gone.
        3. Each task brings its objective, which a worker loads once; one that cannot be loaded
           breaks its own tasks alone.
        4. A worker that dies takes nothing but its task with it, and is replaced; so does a
           machine with its tasks, which are then interrupted, not lost.
        5. A task over its time or memory is ended by force.
        6. `receive` returns within its timeout, and at once after `wake`.
        7. `close` ends all workers and everything that tasks started; it may be called twice.
        8. Workers that do not start are an error that says why, after several tries.
    """

    @property
    def size(self) -> int:
        """Most tasks at a time."""

    @property
    def free(self) -> int:
        """Workers that are ready for a task now."""

    def prepare(self) -> None:
        """Lets begin what the first worker would wait for; returns at once."""

    def ensure(self, count: int) -> None:
        """Starts workers until there are `count` of them, or `size`; returns at once."""

    def submit(self, task: TrialTask, payload: Payload) -> None:
        """Gives a task to a free worker.

        Args:
            task: The task.
            payload: Its objective.

        Raises:
            RuntimeError: If no worker is free.
        """

    def answer(self, token: str, *, prunes: bool) -> None:
        """Answers `Asked`; nothing happens when the task has ended."""

    def cancel(self, token: str) -> None:
        """Ends a task by force; nothing happens when it has ended."""

    def receive(self, timeout: float) -> list[Message]:
        """Waits for messages.

        Args:
            timeout: Most seconds to wait.

        Raises:
            JobError: If workers do not start.
        """

    def wake(self) -> None:
        """Ends a running `receive`, from any thread."""

    def close(self) -> None:
        """Ends every worker."""
