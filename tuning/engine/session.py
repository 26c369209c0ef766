"""One study while it is searched: claims, suggestions, decisions, leases, phases.

A session knows no workers. It is told how many of them it may use and what became of its tasks,
and says what is to be done; `tuning.engine.dispatcher` carries both. Its logic runs in a thread
of its own, so that a store that is slow or away holds up nothing but the session.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from optuna.storages import get_storage

from tuning.engine.checks import check_search
from tuning.engine.failures import SameFailure
from tuning.engine.orders import Answer, Cancel, Order, Submit
from tuning.engine.phases import phases_of
from tuning.engine.progress import Reporter
from tuning.engine.pruning import Decider
from tuning.engine.running_trials import RunningTrials
from tuning.engine.suggester import NothingToClaim, Suggested, Suggester, SuggestionFailed
from tuning.engine.suggestions import Asker, Phase
from tuning.errors import JobError, StoreError
from tuning.internals.optuna import study_id
from tuning.results.result import Ledger, Progress, SearchResult
from tuning.results.summary import search_result
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.claims import ClaimBook
from tuning.storage.database import open_storage
from tuning.storage.leases import LEASE_SECONDS
from tuning.storage.studies import create_study
from tuning.workers.pool import BROKEN, Asked, Ended, Lost, Message, TrialTask

_TICK = 0.1
_POLL_OTHERS = 0.5  # seconds between looks at trials that other searches run
_REAP_SECONDS = 5.0
_GRACE_SECONDS = 3.0  # for giving trials back when the search ends early


class Session:
    """One search on one study.

    Args:
        space: The space.
        settings: Everything but the objective.
        reports: Whether `progress` is wanted.
        lease: Seconds after which other searches take trials over that are not renewed.

    Attributes:
        wanted: Most workers that the running phase has trials for.
        progress: The last snapshot, or None.

    Raises:
        JobError: If the space or the settings are broken, or the study is another job's.
        StoreError: If the store cannot be used.
    """

    def __init__(
        self,
        space: Space,
        settings: SearchSettings,
        *,
        reports: bool = True,
        lease: float = LEASE_SECONDS,
    ) -> None:
        # A study keeps its space, so one of a broken job could not be repaired under its name.
        check_search(space, settings)
        self.settings = settings
        self.wanted = 0
        self.progress: Progress | None = None
        self._space = space
        self._storage = open_storage(settings.url, wait=settings.store_timeout)
        backend = get_storage(self._storage)
        self._study = create_study(
            settings.study,
            backend,
            space=space,
            metrics=settings.metrics,
            settings=settings.to_dict(),
            url=settings.url,
            facts=settings.trial_facts,
        )
        self._book = ClaimBook(self._storage, study_id(self._study), lease=lease)
        self._ledger = Ledger(self._study, space, [d for _, d in settings.metrics])
        self._asker = Asker(self._study, self._storage, self._book, space=space, settings=settings)
        self._decider = Decider(backend, settings)
        self._failures = SameFailure(self._ledger)
        self._reporter = Reporter(settings, self._ledger, wanted=reports)
        self._trials = RunningTrials(self._book, settings, self._trial_ended)
        self._suggester: Suggester | None = None
        self._requested: set[int] = set()  # slots for which a suggestion is on its way
        self._slots = 0
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._orders: deque[Order] = deque()
        self._next: dict[str, float] = {}
        self._drained = False  # nothing was left to claim at the last look
        self._stop: str | None = None
        self._reason = "trials"
        self._error: BaseException | None = None
        self._away: float | None = None
        self._wake: Callable[[], None] = lambda: None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="tuning-session")

    # What the dispatcher calls, from any thread.

    @property
    def over(self) -> bool:
        """Whether the session has ended, well or not."""
        return self._over.is_set()

    @property
    def elapsed(self) -> float:
        """Seconds since the session was made."""
        return self._reporter.elapsed

    @property
    def away(self) -> float | None:
        """Seconds for which the store has been away, None while it answers."""
        return self._away

    def start(self, wake: Callable[[], None]) -> None:
        """Begins.

        Args:
            wake: Called, from another thread, when there is something to look at.
        """
        self._wake = wake
        self._storage.patience.on_wait = self._store_is_away
        self._thread.start()

    def allow(self, slots: int) -> None:
        """Says how many tasks the session may have at a time; running ones are not ended."""
        if slots != self._slots:
            self._slots = slots
            self._inbox.put(None)

    def orders(self) -> list[Order]:
        """Takes what is to be done."""
        found: list[Order] = []
        with contextlib.suppress(IndexError):
            while True:
                found.append(self._orders.popleft())
        return found

    def tell(self, message: Message) -> None:
        """Says what became of a task."""
        away = self._away is not None
        if away and isinstance(message, Asked):  # nobody can say, so the trial goes on
            self._order(Answer(message.token, prunes=False))
            return
        if isinstance(message, Ended):
            self._trials.note(message.token, message.outcome)
            if away:
                self._trials.keep_unwritten()
        self._inbox.put(message)

    def stop(self, reason: str) -> None:
        """Asks for the end: running trials are given back, to wait for the next search."""
        if self._stop is None:
            self._stop = reason
            self._inbox.put(None)

    def close(self, *, timeout: float = _GRACE_SECONDS) -> None:
        """Ends the session.

        Args:
            timeout: Seconds to wait for the store; afterwards the leases run out by themselves.
        """
        self.stop("interrupted")
        timeout = timeout if self._away is None else 0.0
        if self._thread.is_alive() and not self._over.wait(timeout):
            self._storage.patience.end()
            self._over.wait(_GRACE_SECONDS)

    def result(self) -> SearchResult:
        """Reads the whole study.

        Raises:
            JobError: What ended the session, if it did not end well.
        """
        self.check_end()
        return search_result(self._ledger, self._space, self.settings, self._reason)

    def check_end(self) -> None:
        """Says how the session ended without asking the store.

        Raises:
            JobError: What ended the session, if it did not end well.
        """
        if self._error is not None:
            raise self._error
        if not self.over:
            raise StoreError(
                f"The search of {self.settings.study!r} was ended while its store did not answer. "
                + self._trials.kept()
            )

    # The session's own thread.

    def _run(self) -> None:
        try:
            self._search()
        except BaseException as error:
            self._error = self._explained(error)
        finally:
            try:
                self._give_back()
            except BaseException as error:
                self._error = self._error or self._explained(error)
            self._over.set()
            self._wake()

    def _search(self) -> None:
        self._trials.deliver_kept()
        self._book.reap()
        self._suggester = Suggester(self._book, self._asker, self._inbox.put)
        phase = None
        for phase in phases_of(self._study, self._space, self.settings, self._asker):
            self._reason = self._run_phase(phase)
            if self._stop is not None:
                break
        self._give_back()
        self._failures.check()
        self.progress = self._reporter.snapshot(phase, self._failures.finished)

    def _run_phase(self, phase: Phase) -> str:
        finished = self._count_finished()
        self._drained = finished >= phase.limit
        self._next.clear()
        self.wanted = max(0, phase.limit - finished)
        ending: str | None = None
        while self._stop is None:
            self._keep_leases()
            if ending is None and phase.patience and self._out_of_patience():
                ending = "patience"
            if ending is None:
                self._request(phase)
            if self._reporter.due:
                self.progress = self._reporter.snapshot(phase, self._failures.finished)
                self._wake()
            idle = not self._trials and not self._requested
            if idle and (ending or self._is_finished(phase)):
                return ending or ("exhausted" if phase.exhausts else "trials")
            for message in self._receive(_TICK):
                self._handle(message, phase)
        return self._stop

    def _receive(self, timeout: float) -> list[Any]:
        """Waits for a moment, then takes everything that is there."""
        found: list[Any] = []
        self._away = None  # the store answered, or nothing was asked of it
        with contextlib.suppress(queue.Empty):
            found.append(self._inbox.get(timeout=timeout))
            while True:
                found.append(self._inbox.get_nowait())
        return [message for message in found if message is not None]

    def _handle(self, message: Any, phase: Phase) -> None:
        if isinstance(message, Suggested):
            self._requested.discard(message.slot)
            self._begin(message, phase)
        elif isinstance(message, NothingToClaim):
            self._requested.discard(message.slot)
            self._drained = True
            self._next["claim"] = time.monotonic() + _POLL_OTHERS
        elif isinstance(message, SuggestionFailed):
            self._requested.discard(message.slot)
            if isinstance(message.error, ValueError | ImportError):
                raise JobError(str(message.error)) from message.error
            raise message.error
        else:
            self._handle_task(message)

    def _handle_task(self, message: Message) -> None:
        claim = self._trials.claim(message.token)
        if claim is None:
            return  # given back meanwhile
        if isinstance(message, Asked):
            prunes = self._decider.prunes(claim, message.steps, message.values)
            self._order(Answer(message.token, prunes=prunes))
        elif isinstance(message, Ended):
            self._trials.end(claim, message.outcome)
        elif not isinstance(message, Lost):
            self._trials.stop(claim, message.reason)
        elif self._trials.lose(claim, message.reason):
            self._look_again()

    def _trial_ended(self, number: int, reason: str | None) -> None:
        self._next["others"] = 0.0
        self._reporter.ended(number)
        self._failures.add(reason)

    def _request(self, phase: Phase) -> None:
        """Asks for as many suggestions as there are slots without a trial."""
        if self._drained or self._suggester is None or not self._due("claim", 0.0):
            return
        slots = min(self._slots, self.wanted)
        used = self._trials.slots | self._requested
        free = [slot for slot in range(slots) if slot not in used]
        for slot in free[: max(0, slots - len(used))]:
            self._requested.add(slot)
            self._suggester.request(phase, slot)

    def _begin(self, found: Suggested, phase: Phase) -> None:
        claim, settings = found.claim, self.settings
        prunes = self._decider.active and phase.prunes
        self._trials.add(claim, found.slot)
        task = TrialTask(
            token=claim.token,
            number=claim.number,
            params=dict(found.params),
            seed=found.seed,
            budget=settings.budget,
            directory=str(settings.directory / "trials" / f"{claim.number:05d}"),
            checkpoints=settings.checkpoints_of(claim.number),
            metric=settings.metrics[0][0] if prunes else None,
            decision_steps=self._decider.steps,
            timeout=settings.trial_timeout,
            memory_limit=settings.memory_limit,
        )
        self._order(Submit(task))

    def _keep_leases(self) -> None:
        """Renews the leases of running trials and takes abandoned ones of other searches back."""
        if self._due("renew", self._book.lease / 4):
            held = self._trials.claims
            if self._suggester is not None and self._suggester.current is not None:
                held.append(self._suggester.current)
            for claim in self._book.renew(held):
                if self._trials.drop(claim):
                    self._order(Cancel(claim.token))
        if self._due("reap", min(_REAP_SECONDS, self._book.lease / 2)) and self._book.reap():
            self._look_again()

    def _count_finished(self) -> int:
        counts = self._book.counts()
        return sum(counts[state] for state in records.FINISHED)

    def _is_finished(self, phase: Phase) -> bool:
        """Whether the study has its trials; those of other searches are waited for."""
        # Without slots nothing is claimed, so that nothing can be found to be left.
        if (self._slots and not self._drained) or not self._due("others", _POLL_OTHERS):
            return False
        self._drained = False
        return self._count_finished() >= phase.limit

    def _out_of_patience(self) -> bool:
        patience = self.settings.patience
        if patience is None or not self._due("patience", 0.2):
            return False
        self._ledger.refresh()
        return self._ledger.stale() >= patience

    def _give_back(self) -> None:
        """Ends what still runs; the trials wait for the next search."""
        if self._suggester is None:
            return
        suggested = self._suggester.close(timeout=_GRACE_SECONDS)
        self._suggester = None
        found = [] if suggested is None else [suggested]
        for message in self._receive(0.0):
            if isinstance(message, Suggested):
                found.append(message.claim)
            elif isinstance(message, Ended) and message.outcome.kind != BROKEN:
                self._handle_task(message)
        for claim in self._trials.claims:
            self._order(Cancel(claim.token))
        self._trials.give_back(*found)

    def _look_again(self) -> None:
        self._drained, self._next["claim"] = False, 0.0

    def _due(self, name: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._next.get(name, 0.0):
            return False
        self._next[name] = now + seconds
        return True

    def _order(self, order: Order) -> None:
        self._orders.append(order)
        self._wake()

    def _store_is_away(self, seconds: float) -> None:
        """Called between two tries of one call."""
        self._away = seconds
        self._trials.keep_unwritten()
        self._wake()

    def _explained(self, error: BaseException) -> BaseException:
        if not isinstance(error, StoreError) or self._away is None:
            return error
        waited = f"It was waited for {self._storage.patience.seconds:g} s (`store_timeout`)."
        return StoreError(f"{error} {waited} {self._trials.kept()}")
