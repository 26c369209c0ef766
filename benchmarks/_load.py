"""What a load test sees from outside: each call of the objective, processor time, connections."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks._contestant import Measured
from benchmarks._stored_trials import loss

CALLS = "BENCHMARK_CALLS"  # variable: folder in which each process notes its calls
CALL_SECONDS = 0.05
_LOOK_SECONDS = 0.25


def objective(params: dict[str, Any], context: Any) -> dict[str, float]:
    """Stands for a training of 50 ms that needs no processor."""
    return {"loss": call(f"{context.seed}/{context.trial}", params)}


def call(key: str, params: Mapping[str, Any]) -> float:
    """Waits for 50 ms and notes that it was called.

    Args:
        key: Tells the trial apart from all others.
        params: Its point.
    """
    began = time.time()
    time.sleep(CALL_SECONDS)
    with (Path(os.environ[CALLS]) / str(os.getpid())).open("a") as log:
        log.write(f"{key} {began!r} {time.time()!r}\n")
    return loss(dict(params))


@contextlib.contextmanager
def noted_calls() -> Iterator[Path]:
    """A folder for the calls, which all processes that are started find."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[CALLS] = folder
        yield Path(folder)


@dataclass(frozen=True)
class Call:
    """One call of the objective; times are seconds since 1970."""

    process: str
    key: str
    began: float
    ended: float


def calls_of(folder: Path) -> list[Call]:
    """The calls of all processes in the order of their ends."""
    found = []
    for path in folder.iterdir():
        for line in path.read_text().splitlines():
            key, began, ended = line.split()
            found.append(Call(path.name, key, float(began), float(ended)))
    return sorted(found, key=lambda one: one.ended)


def waits_of(calls: Sequence[Call]) -> list[float]:
    """Seconds between the end of a call and the begin of the next one in the same process."""
    by_process: dict[str, list[Call]] = {}
    for one in calls:
        by_process.setdefault(one.process, []).append(one)
    return [
        later.began - earlier.ended
        for own in by_process.values()
        for earlier, later in itertools.pairwise(own)
    ]


def window(calls: Sequence[Call], slots: int) -> tuple[float, float]:
    """From the moment when every slot has been busy to the end of the last call.

    Args:
        calls: The calls in the order of their ends.
        slots: Processes that call; when fewer did, everything counts.
    """
    first: dict[str, float] = {}
    for one in calls:
        first[one.process] = min(one.began, first.get(one.process, one.began))
    begins = sorted(first.values())
    return begins[min(slots, len(begins)) - 1], calls[-1].ended


@dataclass
class Watch:
    """Looks at processor time and connections while a load runs.

    Args:
        url: The store.
        processes: The processes whose time counts, asked at each look.
    """

    url: str
    processes: Callable[[], Sequence[psutil.Process]]
    looks: list[tuple[float, float]] = field(default_factory=list)
    spent: dict[int, float] = field(default_factory=dict)  # by process, also of those that ended
    connections: int = 0

    def __enter__(self) -> Watch:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def seconds(self, begin: float, end: float) -> float:
        """Processor time between two moments."""
        times, spent = zip(*self.looks, strict=True)
        return float(np.interp(end, times, spent) - np.interp(begin, times, spent))

    def _run(self) -> None:
        import sqlalchemy as sa

        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        query = "select count(*) from pg_stat_activity where datname = current_database()"
        with engine.connect() as connection:
            while True:
                over = self._over.wait(_LOOK_SECONDS)
                self.spent |= {p.pid: _spent(p, self.spent) for p in self.processes()}
                self.looks.append((time.time(), sum(self.spent.values())))
                found = int(connection.execute(sa.text(query)).scalar_one()) - 1  # this one
                self.connections = max(self.connections, found)
                connection.rollback()
                if over:
                    return


def _spent(process: psutil.Process, before: Mapping[int, float]) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return before.get(process.pid, 0.0)
    return max(float(times.user + times.system), before.get(process.pid, 0.0))


def figures(
    calls: Sequence[Call], watch: Watch | None, *, slots: int, asked: int, finished: int
) -> Measured:
    """What is measured of a load.

    Args:
        calls: Its calls.
        watch: What was looked at meanwhile, or None.
        slots: Calls at a time.
        asked: Trials that were asked for.
        finished: Trials that the store has in the end, without those that it had before.
    """
    begin, end = window(calls, slots)
    counted = [one for one in calls if one.ended > begin]
    waits = 1000 * np.array(waits_of([one for one in calls if one.began >= begin]) or [0.0])
    measured = {
        "trials_per_second": len(counted) / (end - begin),
        "milliseconds": 1000 * (end - begin) / len(counted),
        "wait_median": float(np.median(waits)),
        "wait_95": float(np.quantile(waits, 0.95)),
        "off_budget": finished - asked,
        "called_twice": len(calls) - len({one.key for one in calls}),
        "calls": len(calls),
    }
    if watch is not None:
        spent = watch.seconds(begin, end)
        measured["processor"] = 1000 * spent / len(counted)
        measured["connections"] = watch.connections
    return measured
