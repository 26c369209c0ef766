"""Claims trials and finds their points in a thread, so that nothing waits for a slow strategy."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tuning.engine.phase import Phase
from tuning.engine.suggestions import Answer, Asker, NoPointLeft, NothingToClaim
from tuning.errors import StoreError
from tuning.storage.claim_rows import Claim
from tuning.storage.claims import ClaimBook

_BATCH_SECONDS = 0.25  # that the points of one batch may take, so that no slot waits for long


@dataclass(frozen=True)
class SuggestionFailed:
    """The strategy or the store failed; the claims without a point were given back."""

    error: BaseException


Suggestion = Answer | SuggestionFailed


class Suggester:
    """Answers requests: those that wait together by one batch of claims and points.

    With one worker a request is made when the trial before has ended, so that a search repeats
    itself; with several ones a point depends on which trials had ended when its batch began, and
    on the points before it in the batch. A strategy that is slow gets small batches.

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
        self._waiting: deque[tuple[Phase, int]] = deque()
        self._lock = threading.Lock()
        self._closed = False
        self._claims: dict[int, Claim] = {}  # by slot; replaced as a whole, read by any thread
        self._pace: float | None = None  # seconds of a suggestion in the last batch
        self._thread = threading.Thread(target=self._serve, daemon=True, name="tuning-suggest")
        self._thread.start()

    def take(self, asker: Asker) -> None:
        """Asks another asker from the next batch on."""
        self._asker = asker

    @property
    def claims(self) -> list[Claim]:
        """The trials whose points are being looked for; their leases must be renewed."""
        return list(self._claims.values())

    def request(self, phase: Phase, slot: int) -> None:
        """Asks for one more trial.

        Args:
            phase: The phase it belongs to.
            slot: Index that the trial keeps as that of its worker.
        """
        self._requests.put((phase, slot))

    def close(self, *, timeout: float) -> list[Claim]:
        """Ends the thread; a strategy that is at work is left alone, and its answer ignored.

        Args:
            timeout: Most seconds to wait for claims that are being made.

        Returns:
            The claims whose points were being looked for, to be given back.
        """
        self._closed = True
        self._requests.put(None)
        if self._lock.acquire(timeout=timeout):
            self._lock.release()
        return self.claims

    def _serve(self) -> None:
        while self._take_requests():
            phase, slots = self._next_batch()
            try:
                self._suggest(phase, slots)
            except BaseException as error:
                self._deliver(SuggestionFailed(error))

    def _take_requests(self) -> bool:
        """Waits for a request, then takes all; False when it is time to end."""
        while True:
            try:
                found = self._requests.get(block=not self._waiting)
            except queue.Empty:
                return not self._closed
            if found is None or self._closed:
                return False
            self._waiting.append(found)

    def _next_batch(self) -> tuple[Phase, list[int]]:
        phase = self._waiting[0][0]
        most = 1 if self._pace is None else max(1, int(_BATCH_SECONDS / max(self._pace, 1e-6)))
        slots: list[int] = []
        while self._waiting and self._waiting[0][0] is phase and len(slots) < most:
            slots.append(self._waiting.popleft()[1])
        return phase, slots

    def _suggest(self, phase: Phase, slots: list[int]) -> None:
        with self._lock:  # `close` waits until it is known what was claimed
            claims = [] if self._closed else self._book.claim_batch(phase.limit, len(slots))
            self._claims = dict(zip(slots, claims, strict=False))
        for slot in slots[len(claims) :]:
            self._deliver(NothingToClaim(slot, is_full=self._book.is_full))
        if not claims:
            return
        began = time.monotonic()
        needless: list[NoPointLeft] = []
        try:
            for answers in self._asker.start(list(zip(claims, slots, strict=False)), phase):
                for answer in answers:
                    if isinstance(answer, NoPointLeft):
                        needless.append(answer)
                        continue
                    # Delivered first: there is no moment at which nobody renews the lease.
                    self._deliver(answer)
                    self._claims = {s: c for s, c in self._claims.items() if s != answer.slot}
                if self._closed:
                    return
            if needless:  # all at once: the last trials of a study alone can go
                self._book.withdraw([answer.claim for answer in needless])
                self._claims = {}
                for answer in needless:
                    self._deliver(answer)
        except BaseException as error:
            left, self._claims = self.claims, {}
            if not isinstance(error, StoreError):
                for claim in left:
                    self._book.release(claim)
            raise
        self._pace = (time.monotonic() - began) / len(claims)
