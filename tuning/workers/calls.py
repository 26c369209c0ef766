"""Calls that run side by side in workers, of no study: what the end of a search has to compute."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuning.errors import JobError
from tuning.options import PoolOptions
from tuning.workers.local import LocalPool
from tuning.workers.machine import usable_cores, visible_gpus
from tuning.workers.objective import Objective, pack
from tuning.workers.pool import (
    COMPLETE,
    PRUNED,
    Asked,
    Ended,
    Message,
    Outcome,
    TrialTask,
    WorkerPool,
)

ASK = "ask"  # a call that reports this metric waits until it may go on
_TICK = 0.1
_MOST_STARTS = 2  # of one call whose process died


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call.

    Attributes:
        function: What runs; see `tuning.workers.objective.pack`.
        params: Its first argument.
        directory: Of its context.
        seed: Of its context.
        budget: Of its context.
    """

    function: Objective
    directory: Path
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    budget: int | None = None


@contextlib.contextmanager
def calling_pool(
    options: PoolOptions, most: int, *, log: Path, preload: Sequence[str]
) -> Iterator[LocalPool]:
    """A pool of this machine for a few calls that share all of its cores.

    Where a search with the same modules has just ended, its workers' server is taken over.

    Args:
        options: Those of the search.
        most: Most calls at a time.
        log: File that receives what they print.
        preload: Modules that they need.
    """
    gpus, cores = visible_gpus(), usable_cores()
    # Two processes on one GPU would each take all of its memory.
    size = max(1, min(most, len(gpus) if gpus else options.workers or cores))
    pool = LocalPool(
        size,
        log=log,
        threads=options.threads,
        tensorflow_threads=max(options.threads, cores // size),
        preload=preload,
        devices=gpus[:size],
    )
    try:
        yield pool
    finally:
        pool.close()


def run_calls(
    pool: WorkerPool, calls: Sequence[Call], *, may_go_on: Callable[[], bool] = lambda: True
) -> list[Outcome]:
    """Runs calls side by side and waits for all of them.

    Args:
        pool: Its workers.
        calls: The calls; one whose process dies is started once more. They begin in this order,
            and one may wait for what earlier ones write.
        may_go_on: Asked once, when the first call reports `ASK`; the answer is for all of them.

    Returns:
        How each ended: well, or pruned where it might not go on.

    Raises:
        JobError: If a call failed, or its process died twice.
    """
    payloads = [pack(call.function) for call in calls]
    waiting, starts = deque(range(len(calls))), [0] * len(calls)
    ended: dict[int, Outcome] = {}
    answer: bool | None = None
    pool.ensure(len(calls))
    while len(ended) < len(calls):
        while waiting and pool.free:
            number = waiting.popleft()
            starts[number] += 1
            pool.submit(_task(calls[number], number), payloads[number])
        for message in pool.receive(_TICK):
            number = int(message.token)
            if isinstance(message, Asked):
                answer = may_go_on() if answer is None else answer
                pool.answer(message.token, prunes=not answer)
            elif isinstance(message, Ended):
                ended[number] = _checked(message.outcome, payloads[number].name)
            else:
                _check_starts(message, starts[number], payloads[number].name)
                waiting.appendleft(number)  # a later one may wait for what it gives
    return [ended[number] for number in range(len(calls))]


def _task(call: Call, number: int) -> TrialTask:
    return TrialTask(
        token=str(number),
        number=number,
        params=dict(call.params),
        seed=call.seed,
        budget=call.budget,
        directory=str(call.directory),
        metric=ASK,
        decision_steps=None,
    )


def _checked(outcome: Outcome, name: str) -> Outcome:
    if outcome.kind not in (COMPLETE, PRUNED):
        raise JobError(f"{name} failed: {outcome.reason}\n{outcome.trace or ''}".rstrip())
    return outcome


def _check_starts(lost: Message, starts: int, name: str) -> None:
    if starts >= _MOST_STARTS:
        raise JobError(f"{name} failed: {getattr(lost, 'reason', 'its process died')}.")
