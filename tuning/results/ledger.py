"""The trials of a study, read again and again at the cost of what changed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence

from optuna.trial import FrozenTrial
from sqlalchemy.orm import Session

from tuning.results.result import pareto_front
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.database import StudyStorage
from tuning.storage.open_trials import OpenTrials
from tuning.storage.records import TrialRecord, best_record, record_of
from tuning.storage.trial_rows import read_trials


class Ledger:
    """The trials of a study as they were at the last look, and what is the best of them.

    A finished trial is read once. The others are read again at each `refresh`, which several
    threads may call.

    Args:
        storage: The store.
        study_id: Id of the study in it.
        space: The study's space.
        directions: `"maximize"` or `"minimize"` per metric.

    Attributes:
        space: The space that trials are read in; the study's may have grown.
    """

    def __init__(
        self, storage: StudyStorage, study_id: int, *, space: Space, directions: Sequence[str]
    ) -> None:
        self._storage = storage
        self._study_id = study_id
        self.space = space
        self._directions = directions
        self._states = OpenTrials(study_id)
        self._lock = threading.Lock()
        self._records: dict[int, TrialRecord] = {}  # by number
        self._counts: Counter[str] = Counter()
        self._best: TrialRecord | None = None
        self._front: list[TrialRecord] = []
        self._finished: list[TrialRecord] = []

    def refresh(self) -> None:
        """Reads what changed."""
        with self._lock:
            # Only what was read whole counts: a transaction that fails is tried again.
            self._states, found = self._storage.transaction(self._changed, reads=True)
            for withdrawn in range(self._states.total, len(self._records)):  # the last ones
                self._counts[self._records.pop(withdrawn).state] -= 1
            ended = [self._keep(record_of(trial, self.space)) for trial in found]
            self._rank([record for record in ended if record is not None])

    def _changed(self, session: Session) -> tuple[OpenTrials, list[FrozenTrial]]:
        now, found = self._states.look(session)
        wanted = list(found) if self._records else None
        return now, read_trials(session, self._study_id, wanted, user_attributes=True)

    def _keep(self, record: TrialRecord) -> TrialRecord | None:
        """Takes a record; returns it if its trial ended since the last look."""
        before = self._records.get(record.number)
        if before is not None:
            self._counts[before.state] -= 1
        self._records[record.number] = record
        self._counts[record.state] += 1
        had_ended = before is not None and before.state in records.FINISHED
        return record if record.state in records.FINISHED and not had_ended else None

    def _rank(self, ended: Sequence[TrialRecord]) -> None:
        if not ended:
            return
        # A new list: another thread may be reading the old one.
        self._finished = sorted([*self._finished, *ended], key=_end)
        # What one of them beat before cannot be the best, nor on the front, any more.
        best = [*ended] if self._best is None else [self._best, *ended]
        best.sort(key=_number)
        self._best = best_record(best, maximize=self._directions[0] == "maximize")
        front = sorted([*self._front, *ended], key=_number)
        numbers = set(pareto_front(front, self._directions))
        self._front = [record for record in front if record.number in numbers]

    @property
    def records(self) -> list[TrialRecord]:
        """Every trial, in the order of their numbers."""
        return sorted(self._records.values(), key=_number)

    @property
    def counts(self) -> Mapping[str, int]:
        """Each of `records.STATES` to its number of trials."""
        return {state: self._counts[state] for state in records.STATES}

    def record(self, number: int | None) -> TrialRecord | None:
        """The trial with this number, None for none."""
        return None if number is None else self._records.get(number)

    @property
    def finished(self) -> list[TrialRecord]:
        """The finished trials in the order in which they ended."""
        return self._finished

    @property
    def best(self) -> TrialRecord | None:
        """The best trial by the first metric."""
        return self._best

    @property
    def pareto(self) -> list[int]:
        """Numbers of the trials that no other beats in every metric."""
        return [record.number for record in self._front]

    def stale(self) -> int:
        """Finished trials since the last one that improved the best, or joined the front."""
        ended = self.finished
        good = set(self.pareto) if len(self._directions) > 1 else set()
        if not good and self.best is not None:
            good = {self.best.number}
        for since, record in enumerate(reversed(ended)):
            if record.number in good:
                return since
        return len(ended)


def _number(record: TrialRecord) -> int:
    return record.number


def _end(record: TrialRecord) -> tuple[str, int]:
    return str(record.finished), record.number
