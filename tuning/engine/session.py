"""One study while it is searched, for whoever brings the workers.

A session knows no workers. It is told how many of them it may use and what became of its tasks,
and says what is to be done; `tuning.engine.dispatcher` carries both. What it does in between,
`tuning.engine.study_search`, runs in a thread of its own, so that a store that is slow or away
holds up nothing but the session.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from tuning.engine.channel import Channel
from tuning.engine.opened import OpenedStudy
from tuning.engine.orders import Answer, Order
from tuning.engine.study_search import StudySearch
from tuning.errors import StoreError
from tuning.results.result import Progress, SearchResult
from tuning.results.summary import search_result
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.storage.leases import LEASE_SECONDS
from tuning.storage.records import count_finished
from tuning.workers.pool import Asked, Ended, Message

_GRACE_SECONDS = 3.0  # for giving trials back when the search ends early


class Session:
    """One search on one study; every method may be called from any thread.

    Args:
        space: The space.
        settings: Everything but the objective.
        reports: Whether `progress` is wanted.
        lease: Seconds after which other searches take trials over that are not renewed.
        most_running: Most trials at once, in all searches that say so; None for any number.

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
        most_running: int | None = None,
    ) -> None:
        self.settings = settings
        self._opened = OpenedStudy.open(space, settings, lease=lease, most_running=most_running)
        self._channel = Channel()
        self._search = StudySearch(self._opened, self._channel, reports=reports)
        self._reason = "trials"
        self._error: BaseException | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="tuning-session")

    @property
    def over(self) -> bool:
        """Whether the session has ended, well or not."""
        return self._over.is_set()

    @property
    def lacks_trials(self) -> bool:
        """Whether the study is known to get further trials, before the start."""
        total = self.settings.total
        if self.is_overdue:
            return False
        if total is None:
            return self.settings.ends_by_time
        return count_finished(self._opened.book.counts()) < total

    @property
    def wanted(self) -> int:
        """Most workers that the running phase has trials for."""
        return self._search.wanted

    @property
    def progress(self) -> Progress | None:
        """The last snapshot, or None."""
        return self._search.progress

    @property
    def elapsed(self) -> float:
        """Seconds since the session was made."""
        return self._search.reporter.elapsed

    @property
    def is_overdue(self) -> bool:
        """Whether the `timeout` of the search is over."""
        return self.settings.is_over(self.elapsed)

    @property
    def reason(self) -> str:
        """Why the session ended, see `SearchResult.stopped_because`."""
        return self._reason

    @property
    def away(self) -> float | None:
        """Seconds for which the store has been away, None while it answers."""
        return self._search.away

    def start(self, wake: Callable[[], None]) -> None:
        """Begins.

        Args:
            wake: Called, from another thread, when there is something to look at.
        """
        self._channel.wake = wake
        self._opened.storage.patience.on_wait = self._store_is_away
        self._thread.start()

    def allow(self, slots: int) -> None:
        """Says how many tasks the session may have at a time; running ones are not ended."""
        if slots != self._search.slots:
            self._search.slots = slots
            self._channel.interrupt()

    def orders(self) -> list[Order]:
        """Takes what is to be done."""
        return self._channel.take_orders()

    def tell(self, message: Message) -> None:
        """Says what became of a task."""
        is_away = self.away is not None
        if is_away and isinstance(message, Asked):  # nobody can say, so the trial goes on
            self._channel.order(Answer(message.token, prunes=False))
            return
        if isinstance(message, Ended):
            self._search.trials.note(message.token, message.outcome)
            if is_away:
                self._search.trials.keep_unwritten()
        self._channel.send(message)

    def stop(self, reason: str) -> None:
        """Asks for the end: running trials are given back, to wait for the next search."""
        if self._search.stop_reason is None:
            self._search.stop_reason = reason
            self._channel.interrupt()

    def close(self, *, timeout: float = _GRACE_SECONDS) -> None:
        """Ends the session.

        Args:
            timeout: Seconds to wait for the store; afterwards the leases run out by themselves.
        """
        self.stop("interrupted")
        timeout = timeout if self.away is None else 0.0
        if self._thread.is_alive() and not self._over.wait(timeout):
            self._opened.storage.patience.end()
            self._over.wait(_GRACE_SECONDS)

    def result(self) -> SearchResult:
        """Reads the whole study.

        Raises:
            JobError: What ended the session, if it did not end well.
        """
        self.check_end()
        opened = self._opened
        return search_result(opened.ledger, opened.space, self.settings, self._reason)

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
                + self._search.trials.kept()
            )

    def _run(self) -> None:
        try:
            self._reason = self._search.run()
        except BaseException as error:
            self._error = self._explained(error)
        finally:
            try:
                self._search.give_back()
            except BaseException as error:
                self._error = self._error or self._explained(error)
            self._over.set()
            self._channel.wake()

    def _store_is_away(self, seconds: float) -> None:
        """Called between two tries of one call."""
        self._search.away = seconds
        self._search.trials.keep_unwritten()
        self._channel.wake()

    def _explained(self, error: BaseException) -> BaseException:
        if not isinstance(error, StoreError) or self.away is None:
            return error
        patience = self._opened.storage.patience.seconds
        waited = f"It was waited for {patience:g} s (`store_timeout`)."
        return StoreError(f"{error} {waited} {self._search.trials.kept()}")
