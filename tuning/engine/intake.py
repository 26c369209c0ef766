"""Which slots of a session get a new trial, and when a phase has no trial left to start."""

from __future__ import annotations

from tuning.engine.phase import Phase
from tuning.engine.suggester import Suggester, Suggestion, SuggestionFailed
from tuning.engine.suggestions import NoPointLeft, NothingToClaim
from tuning.engine.timers import Timers
from tuning.errors import JobError
from tuning.storage.claims import ClaimBook
from tuning.storage.records import count_finished

_POLL_OTHERS = 0.5  # seconds between looks at trials that other searches run


class TrialIntake:
    """Asks for trials during one phase.

    Args:
        phase: The phase.
        suggester: Claims trials and finds their points.
        book: The claims of the study.

    Attributes:
        wanted: Most workers that the phase has trials for.
        is_exhausted: Whether its space has no point left.
    """

    def __init__(self, phase: Phase, suggester: Suggester, book: ClaimBook) -> None:
        self._phase = phase
        self._suggester = suggester
        self._book = book
        self._requested: set[int] = set()  # slots for which a suggestion is on its way
        self._timers = Timers()
        self.wanted = max(0, phase.limit - self._count_finished())
        self._drained = not self.wanted  # nothing was left to claim at the last look
        self.is_exhausted = False

    def go_on(self, phase: Phase) -> None:
        """Takes the phase in a larger space; suggestions that are on their way stay welcome."""
        self._phase = phase
        self.wanted = max(0, phase.limit - self._count_finished())
        self.look_again()

    @property
    def is_waiting(self) -> bool:
        """Whether a suggestion is on its way."""
        return bool(self._requested)

    def request(self, slots: int, taken: set[int]) -> None:
        """Asks for as many suggestions as there are slots without a trial.

        Args:
            slots: Slots that the session may use.
            taken: Those that have a trial.
        """
        if self._drained or not self._timers.is_due("claim", every=0.0):
            return
        slots = min(slots, self.wanted)
        used = taken | self._requested
        free = [slot for slot in range(slots) if slot not in used]
        for slot in free[: max(0, slots - len(used))]:
            self._requested.add(slot)
            self._suggester.request(self._phase, slot)

    def answered(self, answer: Suggestion) -> None:
        """Takes the answer to a request.

        Raises:
            JobError: If the strategy cannot go on.
            StoreError: If the store could not be used.
        """
        if isinstance(answer, SuggestionFailed):
            if isinstance(answer.error, ValueError | ImportError):
                raise JobError(str(answer.error)) from answer.error
            raise answer.error
        self._requested.discard(answer.slot)
        if isinstance(answer, NoPointLeft):
            self._drained = self.is_exhausted = True
        if isinstance(answer, NothingToClaim):
            self._drained = not answer.is_full  # else a slot of others may become free any time
            self._timers.wait("claim", _POLL_OTHERS)

    def look_again(self) -> None:
        """A trial waits again, so that there is something to claim."""
        self._drained = self.is_exhausted = False
        self._timers.reset("claim")

    def trial_ended(self) -> None:
        """It may have been the last one."""
        self._timers.reset("finished")

    def is_finished(self, slots: int) -> bool:
        """Whether the study has its trials; those of other searches are waited for.

        Args:
            slots: Slots that the session may use.
        """
        # Without slots nothing is claimed, so that nothing can be found to be left.
        if slots and not self._drained:
            return False
        if not self._timers.is_due("finished", every=_POLL_OTHERS):
            return False
        self._drained = False
        return self._count_finished() >= self._phase.limit

    def _count_finished(self) -> int:
        return count_finished(self._book.counts())
