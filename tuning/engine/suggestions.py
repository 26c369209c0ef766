"""From a claim to a task: which point a trial tries."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna

from tuning.engine.drawing import NoPointLeftError, PointDrawer
from tuning.engine.phase import Phase
from tuning.errors import JobError
from tuning.internals.optuna import storage_of, study_id
from tuning.seeds import derive_seed
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.claim_rows import Claim
from tuning.storage.database import StudyStorage
from tuning.storage.history import History
from tuning.storage.points import LOST, PointBook, Start
from tuning.strategies.distributions import distributions_of

_WRITES = 20  # other searches may take the same point at the same moment
_WRITE_SECONDS = 0.1  # after which the points that are drawn are written


@dataclass(frozen=True)
class Suggested:
    """A claimed trial with its point and seed."""

    claim: Claim
    slot: int
    params: Mapping[str, Any]
    seed: int


@dataclass(frozen=True)
class NothingToClaim:
    """The study has no trial left for this search at the moment.

    Attributes:
        slot: The slot that asked.
        is_full: Whether that is because no more may run at once.
    """

    slot: int
    is_full: bool = False


@dataclass(frozen=True)
class NoPointLeft:
    """Every point of the phase's space was tried, or is being tried."""

    claim: Claim
    slot: int


Answer = Suggested | NothingToClaim | NoPointLeft


@dataclass(frozen=True)
class _Drawn:
    """A claimed trial with its point, before it is written."""

    claim: Claim
    slot: int
    point: dict[str, Any]


def digest(space: Space, params: Mapping[str, Any], repeat: int = 0) -> str:
    """Returns a text that is equal for equal points and repetitions only."""
    return hashlib.sha256(f"{space.key(params)}|{repeat}".encode()).hexdigest()[:40]


class Asker:
    """Gives claimed trials their points.

    What is known of the study is kept from one trial to the next, so that a suggestion costs the
    same in a long study as in a short one. All calls come from one thread at a time.

    Args:
        study: The study, whose store samplers read.
        storage: The store itself.
        space: The study's space.
        settings: The search's settings.
    """

    def __init__(
        self,
        study: optuna.Study,
        storage: StudyStorage,
        *,
        space: Space,
        settings: SearchSettings,
    ) -> None:
        self._points = PointBook(storage, study_id(study))
        self._space = space
        self._settings = settings
        self._distributions = distributions_of(space)
        self._history = History(storage, study_id(study), space)
        self._drawer = PointDrawer(storage_of(study), self._history, space=space, settings=settings)

    def start(self, claims: Sequence[tuple[Claim, int]], phase: Phase) -> Iterator[list[Answer]]:
        """Finds and writes the points of claimed trials.

        What ended is read once for all of them. Each point is drawn as if the ones before it in
        the batch ran already.

        Args:
            claims: The claims, each with the index of the worker that runs its trial.
            phase: The strategy and its space.

        Yields:
            Some of the answers, as soon as their points are written: all of a quick strategy's at
            once, each alone of a slow one's.

        Raises:
            JobError: If the strategy cannot go on.
        """
        self._history.refresh()
        drawn: list[_Drawn] = []
        began = time.monotonic()
        for claim, slot in claims:
            if self._history.has_ended(claim.trial_id):
                yield [NothingToClaim(slot)]  # the lease ran out, and somebody else ended it
                continue
            one = self._drawn(claim, slot, phase)
            if isinstance(one, NoPointLeft):
                yield [one]
                continue
            drawn.append(one)
            if time.monotonic() - began > _WRITE_SECONDS:
                yield self._write(drawn, phase)
                drawn, began = [], time.monotonic()
        if drawn:
            yield self._write(drawn, phase)

    def _drawn(
        self, claim: Claim, slot: int, phase: Phase, attempt: int = 0
    ) -> _Drawn | NoPointLeft:
        if claim.sampled:
            params = self._history.trial(claim.trial_id).params
            return _Drawn(claim, slot, self._space.decode(params))
        try:
            point = self._drawer.draw(claim, phase, attempt)
        except NoPointLeftError:
            return NoPointLeft(claim, slot)
        self._history.begin(claim.trial_id, self._space.encode(point), self._distributions)
        return _Drawn(claim, slot, point)

    def _write(self, drawn: Sequence[_Drawn], phase: Phase) -> list[Answer]:
        """Writes points; those that another search took meanwhile are drawn anew."""
        answers: list[Answer] = []
        for attempt in range(1, _WRITES + 1):
            starts = [self._start_of(one, phase) for one in drawn]
            refused = self._points.start(starts, self._distributions)
            again = []
            for one in drawn:
                why = refused.get(one.claim.token)
                if why is None:
                    answers.append(Suggested(one.claim, one.slot, one.point, self._seed(one.claim)))
                    continue
                if not one.claim.sampled:  # nothing was written
                    self._history.begin(one.claim.trial_id, {}, self._distributions)
                if why == LOST:  # somebody else has the trial: look again
                    answers.append(NothingToClaim(one.slot))
                else:
                    again.append(one)
            if not again:
                return answers
            self._history.refresh()
            over = [one for one in again if self._history.has_ended(one.claim.trial_id)]
            answers += [NothingToClaim(one.slot) for one in over]
            left = [one for one in again if one not in over]
            anew = [self._drawn(one.claim, one.slot, phase, attempt) for one in left]
            answers += [one for one in anew if isinstance(one, NoPointLeft)]
            drawn = [one for one in anew if isinstance(one, _Drawn)]
            if not drawn:
                return answers
        raise JobError(
            f"The strategy {phase.strategy!r} found no untried point for trial "
            f"{drawn[0].claim.number}."
        )

    def _start_of(self, one: _Drawn, phase: Phase) -> Start:
        claim = one.claim
        known: dict[str, Any] = {
            records.SEED: self._seed(claim),
            records.WORKER: one.slot,
            records.ATTEMPTS: claim.attempts,
        }
        if claim.sampled:
            return Start(claim=claim, user_attributes=known)
        if phase.stage is not None:
            known[records.STAGE] = phase.stage
        return Start(
            claim=claim,
            params=self._space.encode(one.point),
            point=digest(self._space, one.point),
            user_attributes=known,
        )

    def _seed(self, claim: Claim) -> int:
        return derive_seed(self._settings.seed, "trial", claim.number)

    def enqueue(
        self, point: Mapping[str, Any], *, limit: int, repeat: int = 0, stage: str | None = None
    ) -> bool:
        """Adds a known point as a waiting trial; False when it is there already."""
        attributes: dict[str, Any] = {}
        if repeat:
            attributes[records.REPEAT] = repeat
        if stage is not None:
            attributes[records.STAGE] = stage
        encoded = self._space.encode(point)
        return self._points.enqueue(
            encoded,
            {name: self._distributions[name] for name in encoded},
            point=digest(self._space, point, repeat),
            limit=limit,
            user_attributes=attributes,
        )
