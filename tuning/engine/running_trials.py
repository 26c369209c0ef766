"""The trials that a session runs now, from their claim to their end in the store."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tuning.engine.outbox import Outbox
from tuning.engine.outcomes import ending_of, failure
from tuning.errors import JobError
from tuning.settings import SearchSettings
from tuning.storage import records
from tuning.storage.claim_rows import Claim, Ending, LeaseLostError
from tuning.storage.claims import ClaimBook
from tuning.workers.pool import BROKEN, Outcome

OnEnd = Callable[[int, str | None], None]


@dataclass
class _Held:
    claim: Claim
    slot: int


class RunningTrials:
    """Claims by their tokens, and how each of them ends.

    Args:
        book: The claims of the study.
        settings: Metrics, constraints and retries.
        on_end: Called with the number of a trial that ended and why it failed, if it did.
    """

    def __init__(self, book: ClaimBook, settings: SearchSettings, on_end: OnEnd) -> None:
        self._book = book
        self._settings = settings
        self._on_end = on_end
        self._held: dict[str, _Held] = {}
        self._unwritten: dict[str, Outcome] = {}  # by token, from any thread
        self._kept: set[str] = set()
        self._lock = threading.Lock()
        self.outbox = Outbox(settings.directory / "outbox")

    def __bool__(self) -> bool:
        return bool(self._held)

    @property
    def slots(self) -> set[int]:
        """Slots that are taken."""
        return {held.slot for held in self._held.values()}

    @property
    def claims(self) -> list[Claim]:
        """The claims whose leases must be renewed."""
        return [held.claim for held in self._held.values()]

    def claim(self, token: str) -> Claim | None:
        """The claim of a task, None when it was given back."""
        held = self._held.get(token)
        return None if held is None else held.claim

    def add(self, claim: Claim, slot: int) -> None:
        """Takes a trial in."""
        self._held[claim.token] = _Held(claim, slot)

    def drop(self, claim: Claim) -> bool:
        """Forgets a trial that another search has now; whether it ran here."""
        return self._held.pop(claim.token, None) is not None

    def end(self, outcomes: Mapping[str, Outcome]) -> None:
        """Writes what objectives did, all in one transaction.

        Args:
            outcomes: Token of a task to its outcome; a task that was given back is passed over.

        Raises:
            JobError: If an objective says that the whole job is broken; the others are written.
        """
        endings, broken = [], None
        for token, outcome in outcomes.items():
            claim = self.claim(token)
            if claim is None:
                continue
            try:
                endings.append((claim, self._ending_of(outcome)))
            except JobError as error:
                broken = broken or error
        self._finish(endings)
        for claim, _ in endings:
            self._unwritten.pop(claim.token, None)
            if claim.token in self._kept:
                self._kept.discard(claim.token)
                self.outbox.remove(claim)
        if broken is not None:
            raise broken

    def _ending_of(self, outcome: Outcome) -> Ending:
        if outcome.kind == BROKEN:
            raise JobError(str(outcome.reason))
        return ending_of(outcome, self._settings)

    def stop(self, claim: Claim, reason: str) -> None:
        """Writes that a trial was ended by force."""
        self._finish([(claim, failure(claim, reason))])

    def lose(self, claim: Claim, how: str) -> bool:
        """A worker died by itself; returns whether its trial waits to be started again."""
        if claim.attempts > self._settings.retries:
            times = f" {claim.attempts} times" if claim.attempts > 1 else ""
            self.stop(claim, f"lost{times}: {how}")
            return False
        self._book.release(claim, counts=True)
        self.drop(claim)
        return True

    def interrupt(self, claim: Claim, how: str) -> bool:
        """A worker's machine went away; returns whether its trial waits to be started again."""
        failed = self._book.leases.interrupt(claim, how)
        if failed:
            self._on_end(claim.number, how)
        self.drop(claim)
        return not failed

    def _finish(self, endings: Sequence[tuple[Claim, Ending]]) -> None:
        # Of a trial that another search has now, its result is the one that counts.
        lost = {claim.token for claim in self._book.finish_batch(endings)}
        for claim, ending in endings:
            if claim.token not in lost:
                self._on_end(claim.number, ending.user_attributes.get(records.REASON))
            self.drop(claim)

    def give_back(self, *others: Claim) -> None:
        """Lets every trial wait for the next search."""
        claims = [*self.claims, *others]
        self._held.clear()
        self._unwritten.clear()
        for claim in claims:
            self._book.release(claim)

    def note(self, token: str, outcome: Outcome) -> None:
        """Notes what is about to be written; any thread may."""
        if outcome.kind != BROKEN:
            self._unwritten[token] = outcome

    def keep_unwritten(self) -> None:
        """Keeps on disk what the store cannot take now; any thread may."""
        with self._lock:
            for token, outcome in list(self._unwritten.items()):
                claim = self.claim(token)
                if claim is not None and token not in self._kept:
                    self.outbox.keep(claim, outcome)
                    self._kept.add(token)

    def deliver_kept(self) -> None:
        """Writes what an earlier search could not; of a trial that went on without it, nothing.

        Nor of one that lacks a metric: its objective, mended since, runs again.
        """
        for claim, outcome in self.outbox.pending():
            with contextlib.suppress(LeaseLostError, JobError):
                self._book.finish(claim, ending_of(outcome, self._settings))
            self.outbox.remove(claim)

    def kept(self) -> str:
        """What is to be done about a store that did not come back."""
        if not self.outbox.pending():
            return "Start the same command again when it answers."
        return (
            f"Finished trials that it did not take are kept in {self.outbox.directory}: start the "
            "same command again when it answers, and they are written."
        )
