"""What runs inside a worker process: one task after the other, until the pool hangs up.

The worker knows objectives and a connection, neither study nor database: killing it at any time
harms nothing but its task.
"""

from __future__ import annotations

import gc
import os
import random
import select
import shutil
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from tuning.errors import JobError, Pruned, TrialError
from tuning.workers.context import Context
from tuning.workers.objective import Objective, unpack
from tuning.workers.plain import plain_number, plain_text, plain_value
from tuning.workers.pool import BROKEN, COMPLETE, FAILED, PRUNED, Outcome, TrialTask
from tuning.workers.worker_process import kill_group

_TRACE_CHARACTERS = 4000
_GRACE_SECONDS = 2.0  # in which a worker that was told to stop ends by itself


class _HungUpError(BaseException):
    """The pool is gone; nothing in an objective may catch this."""


def serve(connection: Connection) -> None:
    """Runs tasks until the connection is closed or says stop.

    Args:
        connection: Sends `("objective", key, content)` before the first task of an objective,
            `("run", key, TrialTask)` and `("stop",)`; receives `("ready",)`,
            `("asked", token, steps, values)`, which it answers with True to prune, and
            `("ended", token, Outcome)`.
    """
    _end_with(connection)
    objectives: dict[str, str | bytes | Objective] = {}
    settled = False
    try:
        connection.send(("ready",))
        while True:
            message = connection.recv()
            if message[0] == "stop":
                return
            if message[0] == "objective":
                objectives[message[1]] = message[2]
                continue
            _, key, task = message
            outcome = _run(objectives, key, task, connection)
            if not settled:
                # What the first task imported stays for good: a collection that walks through
                # it costs more than a small trial's training.
                gc.collect()
                gc.freeze()
                settled = True
            connection.send(("ended", task.token, outcome))
    except (EOFError, ConnectionError, _HungUpError):
        return  # the pool is gone, or gave this worker up


def _run(
    objectives: dict[str, str | bytes | Objective],
    key: str,
    task: TrialTask,
    connection: Connection,
) -> Outcome:
    known = objectives[key]
    if isinstance(known, str | bytes):
        try:
            known = objectives[key] = unpack(known)
        except JobError as error:
            return _without_values(BROKEN, plain_text(str(error)))
    return run_task(known, task, connection)


def run_task(objective: Objective, task: TrialTask, connection: Connection) -> Outcome:
    """Runs one task and turns every way it can end into an outcome.

    Args:
        objective: The objective.
        task: The task.
        connection: Asked whether to go on at the pruner's steps.
    """

    def decide(step: int, value: float) -> bool:
        history = context.history
        try:
            connection.send(("asked", task.token, history["step"], history[str(task.metric)]))
            answer: bool = connection.recv()
        except (EOFError, OSError) as error:
            raise _HungUpError from error
        return answer

    context = Context(
        seed=task.seed,
        trial=task.number,
        budget=task.budget,
        directory=task.directory,
        checkpoints=task.checkpoints,
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
    try:
        notes = plain_value(context.notes, "notes")
    except ValueError as error:  # an objective may write to `context.notes` itself
        kind, reason, notes = FAILED, str(error), {}
    if task.checkpoints is not None:
        shutil.rmtree(task.checkpoints, ignore_errors=True)
    return Outcome(
        kind=kind,
        metrics=metrics,
        history=context.history,
        notes=notes,
        reason=None if reason is None else plain_text(reason),
        trace=None if trace is None else plain_text(trace),
        point=context.point,
        ranges=context.ranges,
    )


def _plain_metrics(returned: Any) -> dict[str, float]:
    if not isinstance(returned, Mapping):
        raise JobError(
            "An objective must return its metrics by name, as in {'val_loss': 0.1}. "
            f"Got {returned!r}."
        )
    return {
        plain_text(str(name)): plain_number(value, f"The returned {name!r}")
        for name, value in returned.items()
    }


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


def _without_values(kind: str, reason: str) -> Outcome:
    return Outcome(kind=kind, metrics={}, history={}, notes={}, reason=reason)


def _end_with(connection: Connection) -> None:
    """Ends this process and all it started when the pool is gone, also in the middle of a task."""
    if not hasattr(select, "POLLRDHUP"):
        return
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLRDHUP)

    def watch() -> None:
        poll.poll()
        time.sleep(_GRACE_SECONDS)
        kill_group(os.getpid())

    threading.Thread(target=watch, daemon=True, name="tuning-hang-up").start()


def leave(status: int = 0) -> None:
    """Ends the process without running what was inherited from the server it was forked from.

    Also where its last words fit on no disk, or the objective closed what they go to: the server's
    own end, which would follow here, ends all other workers.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)
