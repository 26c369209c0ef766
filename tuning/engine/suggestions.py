"""From a claim to a task: which point a trial tries."""

from __future__ import annotations

import copy
import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import optuna

from tuning.errors import JobError
from tuning.internals.optuna import storage_of, study_id
from tuning.seeds import derive_seed
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.claim_rows import Claim, DuplicatePointError
from tuning.storage.database import StudyStorage
from tuning.storage.history import History
from tuning.storage.points import PointBook
from tuning.strategies import STRATEGIES, Request, make_sampler
from tuning.strategies.distributions import distributions_of, propose
from tuning.strategies.view import StudyView

_WRITES = 20  # other searches may take the same point at the same moment
_RANDOM_DRAWS = 200
LISTABLE = 100_000


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase of a search: a strategy, its space and where it ends.

    Attributes:
        strategy: Name of the strategy.
        options: Its options.
        space: The space it draws from, part of the study's.
        limit: Trials of the study when the phase is over.
        exhausts: Whether the limit is the end of the space and not of the budget.
        stage: Name of the stage, or None.
        prunes: Whether trials may be given up.
        patience: Whether the search's patience ends the phase.
    """

    strategy: str
    space: Space
    limit: int
    options: Mapping[str, Any] = field(default_factory=dict)
    exhausts: bool = False
    stage: str | None = None
    prunes: bool = True
    patience: bool = True


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
        self._backend = storage_of(study)
        self._points = PointBook(storage, study_id(study))
        self._space = space
        self._settings = settings
        self._distributions = distributions_of(space)
        self._history = History(storage, study_id(study), space)
        self._memories: tuple[Phase, dict[str, _Memory]] | None = None

    def start(self, claim: Claim, phase: Phase, slot: int) -> tuple[dict[str, Any], int]:
        """Finds and writes the point of a claimed trial.

        Args:
            claim: The claim.
            phase: The strategy and its space.
            slot: Index of the worker that runs it.

        Returns:
            The point, fixed parameters included, and the trial's seed.

        Raises:
            JobError: If the strategy cannot go on.
        """
        seed = derive_seed(self._settings.seed, "trial", claim.number)
        known: dict[str, Any] = {records.SEED: seed, records.WORKER: slot}
        known[records.ATTEMPTS] = claim.attempts
        if claim.sampled:
            self._points.note_start(claim, known)
            trial = self._backend.get_trial(claim.trial_id)
            return self._space.decode(trial.params), seed
        if phase.stage is not None:
            known[records.STAGE] = phase.stage
        for attempt in range(_WRITES):
            point = self._draw(claim, phase, attempt)
            try:
                self.write(claim, point, known)
            except DuplicatePointError:
                continue
            return point, seed
        raise JobError(
            f"The strategy {phase.strategy!r} found no untried point for trial {claim.number}."
        )

    def write(self, claim: Claim, point: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        """Writes a point that was drawn."""
        self._points.set_point(
            claim,
            self._space.encode(point),
            self._distributions,
            point=digest(self._space, point),
            user_attributes=known,
        )

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

    def _draw(self, claim: Claim, phase: Phase, attempt: int) -> dict[str, Any]:
        """Draws one point that no known trial has; later attempts fall back to random."""
        self._history.refresh()
        seen = self._history.seen
        if attempt == 0:
            for draw in range(STRATEGIES[phase.strategy].draws):
                point = self._sample(claim, phase, phase.strategy, draw)
                if self._space.key(point) not in seen:
                    return point
        rest_seed = derive_seed(self._settings.seed, "rest", claim.number, attempt)
        generator = random.Random(rest_seed)  # noqa: S311 - a search, not a secret
        size = phase.space.size
        if size is not None and size <= LISTABLE:
            points = self._memory(phase, phase.strategy).points(self._space)
            rest = [point for key, point in points if key not in seen]
            if rest:
                return dict(generator.choice(rest))
        for draw in range(_RANDOM_DRAWS):
            point = self._sample(claim, phase, "random", 1000 * (attempt + 1) + draw)
            if self._space.key(point) not in seen:
                return point
        raise JobError(
            f"The space has no untried point any more, but trial {claim.number} needs one: "
            "ask for fewer trials."
        )

    def _sample(self, claim: Claim, phase: Phase, strategy: str, draw: int) -> dict[str, Any]:
        memory = self._memory(phase, strategy)
        request = Request(
            space=phase.space,
            seed=derive_seed(self._settings.seed, "sample", claim.number, draw),
            job_seed=self._settings.seed,
            metrics=len(self._settings.metrics),
            trials=self._settings.trials,
            options=phase.options if strategy == phase.strategy else {},
            memory=memory.notes,
        )
        sampler = make_sampler(strategy, request)
        memory.view.sampler = sampler
        trial = copy.copy(self._history.trial(claim.trial_id))
        trial.params, trial.distributions = {}, {}  # where `propose` notes what it has chosen
        return propose(sampler, memory.view, trial, phase.space)

    def _memory(self, phase: Phase, strategy: str) -> _Memory:
        """What is kept for a strategy as long as its phase lasts."""
        if self._memories and self._memories[0] is not phase:
            self._memories = None
        if self._memories is None:
            self._memories = (phase, {})
        kept = self._memories[1]
        if strategy not in kept:
            view = StudyView(
                self._settings.study,
                self._backend,
                self._history,
                space=self._space,
                part=phase.space,
                counts_pruned=STRATEGIES[strategy].counts_pruned,
                most=STRATEGIES[strategy].most,
            )
            kept[strategy] = _Memory(view, phase.space)
        return kept[strategy]


class _Memory:
    """What one strategy knows in one phase.

    Args:
        view: The study as it sees it.
        part: The phase's space.
    """

    def __init__(self, view: StudyView, part: Space) -> None:
        self.view = view
        self.notes: dict[Any, Any] = {}
        self._part = part
        self._points: list[tuple[str, dict[str, Any]]] | None = None

    def points(self, space: Space) -> list[tuple[str, dict[str, Any]]]:
        """Every point of the phase with its key in the study's space; listed once."""
        if self._points is None:
            self._points = [(space.key(point), point) for point in self._part.grid()]
        return self._points
