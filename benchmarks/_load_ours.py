"""Who runs a load: our search, and our workers with the jobs of a queue."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from benchmarks._contestant import Measured
from benchmarks._load import Watch, calls_of, figures, noted_calls
from benchmarks._machine import ROOT
from benchmarks._postgres import fresh_database
from benchmarks._stored_trials import SPACE, store_trials

_OBJECTIVE = "benchmarks._load:objective"
_READY_SECONDS, _LOAD_SECONDS = 120.0, 600.0


def search(
    *, server: str, strategy: str, stored: int, trials: int, workers: int, seed: int
) -> Measured:
    """`tuning.search` with many workers.

    Args:
        server: URL of a database of the PostgreSQL server; the load gets one of its own.
        strategy: Name of the strategy.
        stored: Trials that the study has before.
        trials: Trials that are run.
        workers: Processes of the objective.
        seed: Of the points.
    """
    from optuna.storages import get_storage

    import tuning
    from tuning.internals.optuna import study_id
    from tuning.storage.counts import study_counts
    from tuning.storage.database import open_storage
    from tuning.storage.records import FINISHED
    from tuning.storage.studies import create_study

    url = fresh_database(server)
    with noted_calls() as calls, tempfile.TemporaryDirectory() as root:
        settings = tuning.SearchSettings(
            study="load",
            storage=url,
            root=root,
            strategy=strategy,
            pruner="none",
            trials=stored + trials,
            metrics=(("loss", "minimize"),),
            workers=workers,
            seed=seed,
        )
        storage = open_storage(url)
        study = create_study(
            settings.study,
            get_storage(storage),
            space=SPACE,
            metrics=settings.metrics,
            settings=settings.to_dict(),
            url=url,
            facts=settings.trial_facts,
        )
        store_trials(storage, study_id(study), stored, seed=seed)
        storage.engine.dispose()
        with Watch(url, lambda: [psutil.Process()]) as watch:
            tuning.search(_OBJECTIVE, SPACE, settings)
        counts = study_counts(storage, study_id(study))
        finished = sum(counts[state] for state in FINISHED) - stored
        return figures(calls_of(calls), watch, slots=workers, asked=trials, finished=finished)


def daemons(
    *, server: str, strategy: str, jobs: int, trials: int, workers: int, slots: int, seed: int
) -> Measured:
    """Jobs of equal size, submitted at once to several `cookbook worker`.

    Args:
        server: URL of a database of the PostgreSQL server; the load gets one of its own.
        strategy: Name of the strategy of all jobs.
        jobs: How many.
        trials: Trials of all jobs together.
        workers: How many daemons.
        slots: Slots of all of them together.
        seed: Of the first job; each has its own.
    """
    from tuning import Client
    from tuning.storage.counts import trial_counts
    from tuning.storage.database import open_storage
    from tuning.storage.records import FINISHED

    url = fresh_database(server)
    client, storage = Client(url), open_storage(url)

    def finished() -> int:
        counts = trial_counts(storage).values()
        return sum(count[state] for count in counts for state in FINISHED)

    with noted_calls() as calls, tempfile.TemporaryDirectory() as root:
        with _workers(url, Path(root), workers, slots // workers) as processes:
            pids = [psutil.Process(process.pid) for process in processes]
            with Watch(url, lambda: pids) as watch:
                for number in range(jobs):
                    text = _job(strategy, trials // jobs, seed=1000 * seed + number)
                    client.submit(text, name=f"load-{number}", trials=trials // jobs)
                _wait_for(lambda: finished() >= trials)
        return figures(calls_of(calls), watch, slots=slots, asked=trials, finished=finished())


def _job(strategy: str, trials: int, *, seed: int) -> str:
    import yaml

    job = {
        "function": _OBJECTIVE,
        "objective": ["loss", "minimize"],
        "space": SPACE.to_dict(),
        "strategy": strategy,
        "pruner": "none",
        "trials": trials,
        "seed": seed,
    }
    return yaml.safe_dump(job)


@contextlib.contextmanager
def _workers(url: str, root: Path, count: int, slots: int) -> Iterator[Sequence[Any]]:
    """Daemons that say that they are ready."""
    command = [sys.executable, "-m", "pipelines.cli", "worker", "--slots", str(slots)]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "COOKBOOK_STORAGE": url,
        "COOKBOOK_MODULES": "benchmarks._load",
    }
    started: list[subprocess.Popen[str]] = []
    try:
        for number in range(count):
            folder = root / f"machine-{number}"
            folder.mkdir()
            with (folder / "log").open("w") as log:
                started.append(
                    subprocess.Popen(
                        [*command, "--no-tracking"],
                        cwd=folder,
                        env=environment,
                        stderr=log,
                        stdout=log,
                        text=True,
                    )
                )
        logs = [root / f"machine-{number}" / "log" for number in range(count)]
        _wait_for(lambda: all("slots" in log.read_text() for log in logs), _READY_SECONDS)
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()
            process.wait()


def _wait_for(condition: Any, seconds: float = _LOAD_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"the load was not over after {seconds:g} s")
        time.sleep(0.5)
