"""The search: claims trials, hands them to workers, watches over both, and writes how they end."""

from __future__ import annotations

import contextlib
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optuna.storages import get_storage

from tuning import records
from tuning.asking import Asker, Plan
from tuning.claims import Claim, ClaimBook, LeaseLostError
from tuning.endings import ending_of, failure
from tuning.errors import JobError
from tuning.objective import Objective, pack
from tuning.planning import plans_of
from tuning.processes import Pool, Worker, describe_exit
from tuning.pruning import Decider
from tuning.result import Ledger, Progress, SearchResult, confirmations
from tuning.settings import SearchSettings
from tuning.space import Space
from tuning.storage import open_storage
from tuning.studies import create_study
from tuning.worker import BROKEN, Outcome, Task

_TICK = 0.05
_POLL_OTHERS = 0.5  # seconds between looks at trials that other searches run
_REAP_SECONDS = 5.0
_PROGRESS_SECONDS = 0.2
_SAME_FAILURES = 5
_STILLBORN = 3

OnProgress = Callable[[Progress], None]


def search(
    objective: Objective | str,
    space: Space,
    settings: SearchSettings,
    *,
    on_progress: OnProgress | None = None,
) -> SearchResult:
    """Searches a space until the study has its trials.

    A study that exists is resumed: trials that were interrupted run again with their parameters.
    Several searches on one study share its trials. Ctrl-C and SIGTERM end the search cleanly.

    Args:
        objective: `objective(params, context)` that returns at least the metrics by name, or
            `"module:attribute"`, which only the workers import.
        space: The space.
        settings: Everything else.
        on_progress: Called with a snapshot at each change, at most five times a second.

    Returns:
        What was found, also after an interruption.

    Raises:
        JobError: If the objective, the space or the settings are broken, or every trial fails in
            the same way.
        StoreError: If the store cannot be used.

    Example:
        >>> import tempfile, tuning
        >>> def objective(params, context):
        ...     return {"loss": (params["x"] - 3) ** 2}
        >>> with tempfile.TemporaryDirectory() as root:
        ...     found = tuning.search(
        ...         objective,
        ...         tuning.Space({"x": tuning.Int(0, 4)}),
        ...         tuning.SearchSettings(study="demo", trials=9, metrics=(("loss", "minimize"),),
        ...                               root=root, workers=1),
        ...     )
        >>> found.best_params, found.n_trials, found.stopped_because
        ({'x': 3}, 5, 'exhausted')
    """
    with _Search(objective, space, settings, on_progress) as running:
        reason = running.run()
        return running.result(reason)


@dataclass
class _Running:
    """A trial that a worker runs."""

    claim: Claim
    worker: Worker
    started: float
    deadline: float | None


class _Search:
    def __init__(
        self,
        objective: Objective | str,
        space: Space,
        settings: SearchSettings,
        on_progress: OnProgress | None,
    ) -> None:
        self._space = space
        self._settings = settings
        self._on_progress = on_progress
        self._payload = pack(objective)
        storage = open_storage(settings.url)
        backend = get_storage(storage)
        self._study = create_study(
            settings.study,
            backend,
            space=space,
            metrics=settings.metrics,
            settings=settings.to_dict(),
            url=settings.url,
        )
        self._book = ClaimBook(storage, self._study._study_id)
        self._ledger = Ledger(self._study, space, [d for _, d in settings.metrics])
        self._asker = Asker(
            backend, self._book, space=space, settings=settings, ledger=self._ledger
        )
        self._decider = Decider(backend, settings)
        self._pool: Pool | None = None
        self._idle: list[Worker] = []
        self._running: dict[int, _Running] = {}  # by slot
        self._began = time.monotonic()
        self._next: dict[str, float] = {}
        self._reasons: list[str | None] = []  # of this search's finished trials; None is a success
        self._stillborn = 0
        self._last: int | None = None
        self._stop = threading.Event()
        self._plan: Plan | None = None
        self._drained = False
        self._shown = 0.0

    def __enter__(self) -> _Search:
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            self._give_back()
        finally:
            if self._pool is not None:
                self._pool.close()

    # -- the loop

    def run(self) -> str:
        """Runs every plan in turn; returns why the search ended."""
        reason = "trials"
        with _signals(self._stop):
            self._book.reap(retries=self._settings.retries)
            for plan in plans_of(self._study, self._space, self._settings, self._asker):
                self._plan = plan
                reason = self._run_plan(plan)
                if reason in ("interrupted", "timeout"):
                    break
        self._give_back()
        self._check_failures(at_end=True)
        self._show(force=True)
        return reason

    def _run_plan(self, plan: Plan) -> str:
        self._drained = False
        stopping: str | None = None
        while True:
            self._listen()
            if self._stop.is_set():
                return "interrupted"
            if self._timed_out():
                return "timeout"
            self._watch()
            self._keep_up()
            if stopping is None and plan.patience and self._out_of_patience():
                stopping = "patience"
            if stopping is None:
                self._assign(plan)
            self._show()
            if not self._running and (stopping or self._finished(plan)):
                return stopping or ("exhausted" if plan.exhausts else "trials")

    def _finished(self, plan: Plan) -> bool:
        """Whether no trial of the study is left to run, here or elsewhere."""
        if not self._drained or not self._due("others", _POLL_OTHERS):
            return False
        counts = self._book.counts()
        self._drained = False
        if counts[records.RUNNING] or counts[records.WAITING]:
            return False
        return sum(counts.values()) >= plan.limit

    def _listen(self) -> None:
        if self._pool is None:
            return
        busy = self._running or self._pool_is_starting()
        for worker, message in self._pool.receive(_TICK if busy else _POLL_OTHERS / 5):
            kind = message[0]
            if kind == "ready":
                worker.ready = True
                self._stillborn = 0
                self._idle.append(worker)
            elif kind == "decide":
                self._decide(worker, *message[1:])
            elif kind == "end":
                self._end(worker, message[1])
            elif kind == "gone":
                self._gone(worker)

    def _pool_is_starting(self) -> bool:
        return self._pool is not None and self._pool.starting

    def _assign(self, plan: Plan) -> None:
        if self._drained or (self._next.get("claim", 0.0) > time.monotonic()):
            return
        self._hire(plan)
        while self._idle:
            claim = self._book.claim(plan.limit)
            if claim is None:
                self._drained = True
                self._next["claim"] = time.monotonic() + _POLL_OTHERS
                return
            self._start(self._idle.pop(0), claim, plan)

    def _hire(self, plan: Plan) -> None:
        """Starts workers for the slots that need one."""
        if self._pool is None:
            counts = self._book.counts()
            over = sum(counts[state] for state in records.FINISHED)
            if over >= plan.limit:
                self._drained = True
                return
            self._pool = Pool(
                self._payload,
                threads=self._settings.threads_per_worker,
                log=self._settings.directory / "workers.log",
            )
            wanted = min(self._settings.worker_count, plan.limit - over)
            for slot in range(wanted):
                self._pool.start_worker(slot)

    def _start(self, worker: Worker, claim: Claim, plan: Plan) -> None:
        try:
            params, seed = self._asker.start(claim, plan, worker.slot)
        except LeaseLostError:
            self._idle.append(worker)
            return
        except BaseException as error:
            self._book.release(claim)
            if isinstance(error, ValueError | ImportError):
                raise JobError(str(error)) from error
            raise
        settings = self._settings
        prunes = self._decider.active and plan.prunes
        task = Task(
            number=claim.number,
            params=params,
            seed=seed,
            budget=settings.budget,
            directory=str(self.directory / f"{claim.number:05d}"),
            metric=settings.metrics[0][0] if prunes else None,
            decision_steps=self._decider.steps,
        )
        now = time.monotonic()
        limit = settings.trial_timeout
        self._running[worker.slot] = _Running(
            claim=claim,
            worker=worker,
            started=now,
            deadline=None if limit is None else now + limit,
        )
        worker.trials += 1
        worker.send(("run", task))

    @property
    def directory(self) -> Path:
        """Folder of the trials' files."""
        return self._settings.directory / "trials"

    # -- what workers say

    def _decide(self, worker: Worker, number: int, steps: list[int], values: list[float]) -> None:
        running = self._running.get(worker.slot)
        prunes = running is not None and self._decider.prunes(running.claim, steps, values)
        worker.send(prunes)

    def _end(self, worker: Worker, outcome: Outcome) -> None:
        running = self._running.pop(worker.slot, None)
        if outcome.kind == BROKEN:
            if running is not None:
                self._book.release(running.claim)
            raise JobError(str(outcome.reason))
        if running is not None:
            try:
                ending = ending_of(outcome, self._settings)
            except JobError:
                self._book.release(running.claim)
                raise
            self._finish(running.claim, ending)
        if worker.trials >= self._settings.recycle_after:
            self._replace(worker, retire=True)
        else:
            self._idle.append(worker)

    def _finish(self, claim: Claim, ending: Any) -> None:
        try:
            self._book.finish(claim, ending)
        except LeaseLostError:
            return  # another search has the trial; its result is the one that counts
        self._reasons.append(ending.user_attributes.get(records.REASON))
        self._last = claim.number
        self._next["progress"] = 0.0
        self._check_failures(at_end=False)

    def _gone(self, worker: Worker) -> None:
        """A worker's process ended without being told to."""
        status = self._pool.exit_status(worker) if self._pool is not None else None
        running = self._running.pop(worker.slot, None)
        how = f"the worker {describe_exit(status)}"
        if running is None:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise JobError(
                    f"Workers do not start: {how}; their messages are in "
                    f"{self._settings.directory / 'workers.log'}."
                )
        elif running.claim.attempts <= self._settings.retries:
            self._book.release(running.claim, counts=True)
            self._next["claim"] = 0.0
            self._drained = False
        else:
            times = f" {running.claim.attempts} times" if running.claim.attempts > 1 else ""
            self._finish(running.claim, failure(running.claim, f"lost{times}: {how}"))
        self._replace(worker, retire=False)

    def _replace(self, worker: Worker, *, retire: bool) -> None:
        if self._pool is None:
            return
        if worker in self._idle:
            self._idle.remove(worker)
        if retire:
            self._pool.retire(worker)
        else:
            self._pool.discard(worker)
        self._pool.start_worker(worker.slot)

    # -- what the search watches

    def _watch(self) -> None:
        """Ends trials that are over their time or memory."""
        now = time.monotonic()
        for running in list(self._running.values()):
            if running.deadline is not None and now > running.deadline:
                self._end_forcibly(running, f"time limit of {self._settings.trial_timeout:g} s")
        limit = self._settings.memory_limit
        if limit is None or not self._due("memory", 0.2):
            return
        for running in list(self._running.values()):
            used = running.worker.resident_bytes()
            if used > limit:
                reason = f"memory limit: {used / 2**20:.0f} MB used, {limit / 2**20:.0f} MB allowed"
                self._end_forcibly(running, reason)

    def _end_forcibly(self, running: _Running, reason: str) -> None:
        running.worker.kill()
        self._running.pop(running.worker.slot, None)
        self._finish(running.claim, failure(running.claim, reason))
        self._replace(running.worker, retire=False)

    def _keep_up(self) -> None:
        """Renews the leases of running trials and takes lost ones of other searches back."""
        if self._due("renew", self._book.lease / 4):
            lost = {
                claim.number
                for claim in self._book.renew([r.claim for r in self._running.values()])
            }
            for running in list(self._running.values()):
                if running.claim.number in lost:
                    del self._running[running.worker.slot]
                    self._replace(running.worker, retire=False)
        if self._due("reap", min(_REAP_SECONDS, self._book.lease / 2)) and self._book.reap(
            retries=self._settings.retries
        ):
            self._drained = False

    def _due(self, name: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._next.get(name, 0.0):
            return False
        self._next[name] = now + seconds
        return True

    def _timed_out(self) -> bool:
        limit = self._settings.timeout
        return limit is not None and time.monotonic() - self._began > limit

    def _out_of_patience(self) -> bool:
        patience = self._settings.patience
        if patience is None or not self._due("patience", _PROGRESS_SECONDS):
            return False
        self._ledger.refresh()
        return self._ledger.stale() >= patience

    def _check_failures(self, *, at_end: bool) -> None:
        """Stops a search whose every trial fails the same way."""
        reasons = self._reasons
        if not reasons or None in reasons or not (at_end or len(reasons) >= _SAME_FAILURES):
            return
        if len({re.sub(r"\d+", "#", str(reason)) for reason in reasons}) > 1:
            return
        self._ledger.refresh()
        if any(record.state == records.COMPLETE for record in self._ledger.records):
            return
        trace = next((r.traceback for r in reversed(self._ledger.finished) if r.traceback), None)
        raise JobError(
            f"Every one of {len(reasons)} trials failed in the same way: {reasons[-1]}"
            + (f"\n{trace}" if trace else "")
        )

    # -- what the caller sees

    def _show(self, *, force: bool = False) -> None:
        if self._on_progress is None:
            return
        if not force and not self._due("progress", 1.0):
            return
        now = time.monotonic()
        if not force and now - self._shown < _PROGRESS_SECONDS:
            self._next["progress"] = self._shown + _PROGRESS_SECONDS
            return
        self._shown = now
        self._on_progress(self._progress())

    def _progress(self) -> Progress:
        self._ledger.refresh()
        found = self._ledger.records
        states = [record.state for record in found]
        best = self._ledger.best
        plan = self._plan
        total = (
            plan.limit if plan is not None and not self._settings.stages else self._settings.total
        )
        elapsed = time.monotonic() - self._began
        left = None if total is None else max(0, total - sum(s in records.FINISHED for s in states))
        done = len(self._reasons)
        return Progress(
            study=self._settings.study,
            total=total,
            complete=states.count(records.COMPLETE),
            pruned=states.count(records.PRUNED),
            failed=states.count(records.FAILED),
            running=states.count(records.RUNNING),
            waiting=states.count(records.WAITING),
            best_value=best.value if best else None,
            best_params=best.params if best else None,
            best_trial=best.number if best else None,
            elapsed=elapsed,
            remaining_seconds=elapsed / done * left if done and left is not None else None,
            last=next((r for r in found if r.number == self._last), None),
            stage=plan.stage if plan else None,
        )

    def result(self, reason: str) -> SearchResult:
        """Reads the whole study."""
        self._ledger.refresh()
        found = self._ledger.records
        maximize = self._settings.maximize
        confirmed = confirmations(found, self._space, maximize=maximize)
        best = self._ledger.best
        if confirmed:
            best = next(record for record in found if record.number == confirmed[0].trial)
        return SearchResult(
            study=self._settings.study,
            storage=self._settings.url,
            stopped_because=reason,
            records=found,
            metrics=self._settings.metrics,
            best=best,
            pareto=self._ledger.pareto,
            confirmed=confirmed,
        )

    def _give_back(self) -> None:
        """Ends what still runs; the trials wait for the next search."""
        for running in list(self._running.values()):
            running.worker.kill()
            self._book.release(running.claim)
        self._running.clear()


@contextlib.contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Turns the first Ctrl-C or SIGTERM into a clean end, a second Ctrl-C into an interrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    handled = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handle) for number in handled}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
