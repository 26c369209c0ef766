"""The search: claims trials, hands them to workers, watches over both, and writes how they end."""

from __future__ import annotations

import threading
import time
from typing import Any

from optuna.storages import get_storage

from tuning.engine.failures import SameFailure
from tuning.engine.interrupts import clean_end
from tuning.engine.outcomes import ending_of, failure
from tuning.engine.phases import check_plan, plans_of
from tuning.engine.progress import OnProgress, Reporter
from tuning.engine.pruning import Decider
from tuning.engine.suggestions import Asker, Plan
from tuning.errors import JobError
from tuning.results.confirmation import confirmations
from tuning.results.result import Ledger, SearchResult
from tuning.results.stages import stage_rows
from tuning.results.winner import choose_winner
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.claims import Claim, ClaimBook, LeaseLostError
from tuning.storage.database import open_storage
from tuning.storage.studies import create_study
from tuning.workers.objective import Objective, pack
from tuning.workers.process import Worker
from tuning.workers.supervisor import Crew, Running
from tuning.workers.worker import BROKEN, Outcome, Task

_POLL_OTHERS = 0.5  # seconds between looks at trials that other searches run
_REAP_SECONDS = 5.0


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
        payload = pack(objective)
        # A study keeps its space, so one of a broken job could not be mended under its name.
        check_plan(space, settings)
        storage = open_storage(settings.url)
        backend = get_storage(storage)
        self._study = create_study(
            settings.study,
            backend,
            space=space,
            metrics=settings.metrics,
            settings=settings.to_dict(),
            url=settings.url,
            facts=settings.trial_facts,
        )
        self._book = ClaimBook(storage, self._study._study_id)
        self._ledger = Ledger(self._study, space, [d for _, d in settings.metrics])
        self._asker = Asker(
            backend, self._book, space=space, settings=settings, ledger=self._ledger
        )
        self._decider = Decider(backend, settings)
        self._crew = Crew(payload, settings)
        self._failures = SameFailure(self._ledger)
        self._reporter = Reporter(on_progress, settings, self._ledger)
        self._stop = threading.Event()
        self._next: dict[str, float] = {}
        self._drained = False  # nothing was left to claim at the last look

    def __enter__(self) -> _Search:
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            self._give_back()
        finally:
            self._crew.dismiss()

    def run(self) -> str:
        """Runs every plan in turn; returns why the search ended."""
        reason, plan = "trials", None
        with clean_end(self._stop):
            self._book.reap()
            for plan in plans_of(self._study, self._space, self._settings, self._asker):
                reason = self._run_plan(plan)
                if reason in ("interrupted", "timeout"):
                    break
        self._give_back()
        self._failures.check()
        self._reporter.tell(plan, self._failures.finished, force=True)
        return reason

    def _run_plan(self, plan: Plan) -> str:
        self._hire(plan)
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
            self._reporter.tell(plan, self._failures.finished)
            if not self._crew.running and (stopping or self._finished(plan)):
                return stopping or ("exhausted" if plan.exhausts else "trials")

    def _hire(self, plan: Plan) -> None:
        counts = self._book.counts()
        over = sum(counts[state] for state in records.FINISHED)
        self._drained = over >= plan.limit
        self._next["others"] = 0.0
        self._crew.hire(plan.limit - over)

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
        heard = self._crew.hear()
        if not heard and not self._crew.running and not self._crew.idle:
            time.sleep(0.005)  # without workers nothing else waits
        for worker, message in heard:
            if message[0] == "decide":
                self._decide(worker, *message[2:])
            elif message[0] == "end":
                self._end(worker, message[1])
            else:
                self._lost(worker)

    def _assign(self, plan: Plan) -> None:
        if self._drained or time.monotonic() < self._next.get("claim", 0.0):
            return
        while self._crew.idle:
            claim = self._book.claim(plan.limit)
            if claim is None:
                self._drained = True
                self._next["claim"] = time.monotonic() + _POLL_OTHERS
                return
            self._start(self._crew.idle.pop(0), claim, plan)

    def _start(self, worker: Worker, claim: Claim, plan: Plan) -> None:
        try:
            params, seed = self._asker.start(claim, plan, worker.slot)
        except LeaseLostError:
            self._crew.idle.append(worker)
            return
        except BaseException as error:
            self._book.release(claim)
            if isinstance(error, ValueError | ImportError):
                raise JobError(str(error)) from error
            raise
        prunes = self._decider.active and plan.prunes
        task = Task(
            number=claim.number,
            params=params,
            seed=seed,
            budget=self._settings.budget,
            directory=str(self._settings.directory / "trials" / f"{claim.number:05d}"),
            metric=self._settings.metrics[0][0] if prunes else None,
            decision_steps=self._decider.steps,
        )
        self._crew.run(worker, claim, task)

    def _decide(self, worker: Worker, steps: list[int], values: list[float]) -> None:
        running = self._crew.running.get(worker.slot)
        worker.send(running is not None and self._decider.prunes(running.claim, steps, values))

    def _end(self, worker: Worker, outcome: Outcome) -> None:
        running = self._crew.running.pop(worker.slot, None)
        try:
            if outcome.kind == BROKEN:
                raise JobError(str(outcome.reason))
            ending = ending_of(outcome, self._settings)
        except JobError:
            if running is not None:
                self._book.release(running.claim)
            raise
        if running is not None:
            self._finish(running.claim, ending)
        self._crew.done(worker)

    def _finish(self, claim: Claim, ending: Any) -> None:
        try:
            self._book.finish(claim, ending)
        except LeaseLostError:
            return  # another search has the trial; its result is the one that counts
        self._reporter.ended(claim.number)
        self._failures.add(ending.user_attributes.get(records.REASON))

    def _lost(self, worker: Worker) -> None:
        """A worker's process ended without being told to; its trial may be started again."""
        running, how = self._crew.lose(worker)
        if running is None:
            return
        claim = running.claim
        if claim.attempts <= self._settings.retries:
            self._book.release(claim, counts=True)
            self._look_again()
            return
        times = f" {claim.attempts} times" if claim.attempts > 1 else ""
        self._finish(claim, failure(claim, f"lost{times}: {how}"))

    def _look_again(self) -> None:
        self._drained, self._next["claim"] = False, 0.0

    def _watch(self) -> None:
        """Ends trials that are over their time or memory."""
        over = self._crew.overdue()
        if self._due("memory", 0.2):
            over += self._crew.oversized()
        for running, reason in over:
            self._crew.end(running)
            self._finish(running.claim, failure(running.claim, reason))

    def _keep_up(self) -> None:
        """Renews the leases of running trials and takes lost ones of other searches back."""
        if self._due("renew", self._book.lease / 4):
            held: list[Running] = list(self._crew.running.values())
            lost = {claim.number for claim in self._book.renew([r.claim for r in held])}
            for running in held:
                if running.claim.number in lost:
                    self._crew.end(running)
        if self._due("reap", min(_REAP_SECONDS, self._book.lease / 2)) and self._book.reap():
            self._look_again()

    def _due(self, name: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._next.get(name, 0.0):
            return False
        self._next[name] = now + seconds
        return True

    def _timed_out(self) -> bool:
        limit = self._settings.timeout
        return limit is not None and self._reporter.elapsed > limit

    def _out_of_patience(self) -> bool:
        patience = self._settings.patience
        if patience is None or not self._due("patience", 0.2):
            return False
        self._ledger.refresh()
        return self._ledger.stale() >= patience

    def _give_back(self) -> None:
        """Ends what still runs; the trials wait for the next search."""
        for claim in self._crew.stop():
            self._book.release(claim)

    def result(self, reason: str) -> SearchResult:
        """Reads the whole study."""
        self._ledger.refresh()
        found = self._ledger.records
        confirmed = confirmations(found, self._space, maximize=self._settings.maximize)
        front = self._ledger.pareto
        return SearchResult(
            study=self._settings.study,
            storage=self._settings.url,
            stopped_because=reason,
            records=found,
            metrics=self._settings.metrics,
            best=choose_winner(
                found,
                self._settings.metrics,
                front,
                rule=self._settings.winner,
                confirmed=confirmed,
            ),
            pareto=front,
            confirmed=confirmed,
            winner=self._settings.winner,
            stages=stage_rows(
                found, self._settings.stages, confirmed, maximize=self._settings.maximize
            ),
        )
