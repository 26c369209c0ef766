"""Claims trials and finds their points in a thread, so that nothing waits for a slow strategy."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tuning.engine.suggestions import Asker, Phase
from tuning.errors import StoreError
from tuning.storage.claim_rows import Claim, LeaseLostError
from tuning.storage.claims import ClaimBook


@dataclass(frozen=True)
class Suggested:
    """A claimed trial with its point and seed."""

    claim: Claim
    slot: int
    params: Mapping[str, Any]
    seed: int


@dataclass(frozen=True)
class NothingToClaim:
    """The study has no trial left for this search at the moment."""

    slot: int


@dataclass(frozen=True)
class SuggestionFailed:
    """The strategy or the store failed; the claim was given back."""

    slot: int
    error: BaseException


Suggestion = Suggested | NothingToClaim | SuggestionFailed


class Suggester:
    """Answers requests one after the other.

    With one worker a request is made when the trial before has ended, so that a search repeats
    itself; with several ones a point depends on which trials ended before it was asked for.

    Args:
        book: The claims of the study.
        asker: Finds points.
        deliver: Receives the answers, in the thread of the suggester.
    """

    def __init__(
        self, book: ClaimBook, asker: Asker, deliver: Callable[[Suggestion], None]
    ) -> None:
        self._book = book
        self._asker = asker
        self._deliver = deliver
        self._requests: queue.SimpleQueue[tuple[Phase, int] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._current: Claim | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True, name="tuning-suggest")
        self._thread.start()

    @property
    def current(self) -> Claim | None:
        """The trial whose point is being looked for; its lease must be renewed."""
        return self._current

    def request(self, phase: Phase, slot: int) -> None:
        """Asks for one more trial.

        Args:
            phase: The phase it belongs to.
            slot: Index that the trial keeps as that of its worker.
        """
        self._requests.put((phase, slot))

    def close(self, *, timeout: float) -> Claim | None:
        """Ends the thread; a strategy that is at work is left alone, and its answer ignored.

        Args:
            timeout: Most seconds to wait for a claim that is being made.

        Returns:
            The claim whose point was being looked for, to be given back.
        """
        self._closed = True
        self._requests.put(None)
        if self._lock.acquire(timeout=timeout):
            self._lock.release()
        return self._current

    def _serve(self) -> None:
        while (request := self._requests.get()) is not None and not self._closed:
            phase, slot = request
            try:
                self._suggest(phase, slot)
            except BaseException as error:
                self._deliver(SuggestionFailed(slot, error))

    def _suggest(self, phase: Phase, slot: int) -> None:
        with self._lock:  # `close` waits until it is known what was claimed
            claim = None if self._closed else self._book.claim(phase.limit)
            self._current = claim
        if claim is None:
            self._deliver(NothingToClaim(slot))
            return
        try:
            params, seed = self._asker.start(claim, phase, slot)
        except LeaseLostError:
            self._current = None
            self._deliver(NothingToClaim(slot))  # somebody else has the trial: look again
            return
        except BaseException as error:
            if not isinstance(error, StoreError):
                self._book.release(claim)
            self._current = None
            raise
        # Delivered first: there is no moment at which nobody renews the lease.
        self._deliver(Suggested(claim, slot, params, seed))
        self._current = None
