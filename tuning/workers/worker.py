"""What runs inside a worker process: one trial after the other, until the search hangs up.

The worker knows the objective and a connection, neither study nor database: killing it at any
time harms nothing but its trial.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from tuning.errors import JobError, Pruned, TrialError
from tuning.workers.context import Context
from tuning.workers.objective import Objective, unpack

COMPLETE, PRUNED, FAILED, BROKEN = "complete", "pruned", "failed", "broken"
_TRACE_CHARACTERS = 4000


@dataclass(frozen=True, kw_only=True)
class Task:
    """One trial as it is sent to a worker.

    Attributes:
        number: Number of the trial.
        params: The point.
        seed: The trial's seed.
        budget: Most steps, or None.
        directory: Folder for the trial's files.
        metric: Metric that drives pruning, or None for no pruning.
        decision_steps: Steps at which the pruner decides, None for every one.
    """

    number: int
    params: dict[str, Any]
    seed: int
    budget: int | None
    directory: str
    metric: str | None
    decision_steps: tuple[int, ...] | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One trial as it comes back from a worker.

    Attributes:
        number: Number of the trial.
        kind: `COMPLETE`, `PRUNED`, `FAILED` for this point or `BROKEN` for the whole job.
        metrics: What the objective returned.
        history: What it reported.
        notes: What it annotated.
        reason: Why it failed, one line.
        trace: Last lines of the exception's trace.
    """

    number: int
    kind: str
    metrics: Mapping[str, float]
    history: Mapping[str, list[float]]
    notes: Mapping[str, Any]
    reason: str | None = None
    trace: str | None = None


class _HungUpError(BaseException):
    """The search is gone; nothing in an objective may catch this."""


def serve(connection: Connection) -> None:
    """Runs trials until the connection is closed or says stop.

    Args:
        connection: Sends `("objective", content)` once, then `("run", Task)` or `("stop",)`;
            receives `("ready",)`, `("decide", number, history)` and `("end", Outcome)`.
    """
    try:
        _, content = connection.recv()
        try:
            objective = unpack(content)
        except JobError as error:
            connection.send(("end", _empty(-1, BROKEN, str(error))))
            return
        connection.send(("ready",))
        settled = False
        while True:
            message = connection.recv()
            if message[0] == "stop":
                return
            outcome = run_task(objective, message[1], connection)
            if not settled:
                # What the first trial imported stays for good: a collection that walks through
                # it costs more than a small trial's training.
                gc.collect()
                gc.freeze()
                settled = True
            try:
                connection.send(("end", outcome))
            except (TypeError, ValueError, AttributeError) as error:  # an odd note
                connection.send(("end", _empty(outcome.number, FAILED, f"notes: {error}")))
    except (EOFError, ConnectionError, _HungUpError):
        return  # the search is gone, or gave this worker up


def run_task(objective: Objective, task: Task, connection: Connection) -> Outcome:
    """Runs one trial and turns every way it can end into an outcome.

    Args:
        objective: The objective.
        task: The trial.
        connection: Asked whether to go on at the pruner's steps.
    """

    def decide(step: int, value: float) -> bool:
        history = context.history
        try:
            connection.send(("decide", task.number, history["step"], history[str(task.metric)]))
            answer: bool = connection.recv()
        except (EOFError, OSError) as error:
            raise _HungUpError from error
        return answer

    context = Context(
        seed=task.seed,
        trial=task.number,
        budget=task.budget,
        directory=task.directory,
        metric=task.metric,
        decide=None if task.metric is None else decide,
        decision_steps=task.decision_steps,
    )
    _seed_everything(task.seed)
    kind, reason, trace = COMPLETE, None, None
    metrics: dict[str, float] = {}
    try:
        metrics = _plain_metrics(objective(dict(task.params), context))
    except Pruned:
        kind = PRUNED
    except JobError as error:
        kind, reason, trace = BROKEN, str(error), _trace()
    except TrialError as error:
        kind, reason = FAILED, f"the objective refused this point: {error}"
    except MemoryError as error:
        kind, reason = FAILED, f"out of memory: {error or 'MemoryError'}"
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        kind, reason, trace = FAILED, _one_line(error), _trace()
    return Outcome(
        number=task.number,
        kind=kind,
        metrics=metrics,
        history=context.history,
        notes=context.notes,
        reason=reason,
        trace=trace,
    )


def _plain_metrics(returned: Any) -> dict[str, float]:
    if not isinstance(returned, Mapping):
        raise JobError(
            "An objective must return its metrics by name, as in {'val_loss': 0.1}. "
            f"Got {returned!r}."
        )
    try:
        return {str(name): float(value) for name, value in returned.items()}
    except (TypeError, ValueError):
        raise JobError(f"Every metric must be a number. Got {dict(returned)!r}.") from None


def _seed_everything(seed: int) -> None:
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)  # functions that draw without a generator


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def _trace() -> str:
    return traceback.format_exc()[-_TRACE_CHARACTERS:]


def _empty(number: int, kind: str, reason: str) -> Outcome:
    return Outcome(number=number, kind=kind, metrics={}, history={}, notes={}, reason=reason)


def leave(status: int = 0) -> None:
    """Ends the process without running what was inherited from the server it was forked from."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
