"""What the tests of both pools share."""

from __future__ import annotations

import time

import psutil

from tuning.workers.objective import Payload, pack
from tuning.workers.pool import Ended, TrialTask


def until(pool, condition, seconds=100.0):
    """Receives until the condition is true of the messages so far."""
    messages, end = [], time.monotonic() + seconds
    while not condition(messages):
        messages += pool.receive(0.1)
        if time.monotonic() > end:
            raise TimeoutError(f"after {messages}")
    return messages


def run(pool, objective, *, name="t", metric=None, x=1.0, **changes):
    until(pool, lambda _: pool.free)
    task = TrialTask(
        token=name, number=0, params={"x": x, **changes.pop("params", {})}, seed=0, budget=None,
        directory="", metric=metric, decision_steps=None, **changes,
    )  # fmt: skip
    payload = objective if isinstance(objective, Payload) else pack(objective)
    pool.submit(task, payload)


def said(kind):
    return lambda messages: any(isinstance(message, kind) for message in messages)


def ends(pool):
    (message,) = until(pool, said(Ended))
    return message.outcome


def is_gone(process):
    """A process that waits to be collected by its new parent runs no more."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # collected between a look at it and this one, too
        return True


def assert_dead(processes, seconds=60.0):
    end = time.monotonic() + seconds
    while not all(map(is_gone, processes)):
        assert time.monotonic() < end
        time.sleep(0.01)
