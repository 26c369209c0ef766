"""Which point a trial tries: one that its strategy chooses and no other trial has."""

from __future__ import annotations

import copy
import random
from typing import Any

from optuna.storages import BaseStorage

from tuning.engine.phase import Phase
from tuning.errors import JobError
from tuning.seeds import derive_seed
from tuning.settings import SearchSettings
from tuning.space.space import Space
from tuning.storage.claim_rows import Claim
from tuning.storage.history import History
from tuning.strategies import STRATEGIES, Request, make_sampler
from tuning.strategies.distributions import propose
from tuning.strategies.view import StudyView

_RANDOM_DRAWS = 200
LISTABLE = 100_000  # points of a space that are listed to find an untried one


class NoPointLeftError(JobError):
    """Every point of a finite space was tried, or is being tried."""


class PointDrawer:
    """Draws points; what a strategy works out of ended trials is kept as long as a phase lasts.

    Args:
        backend: The store, as samplers read it.
        history: The trials, refreshed by whoever draws.
        space: The study's space.
        settings: The search's settings.
    """

    def __init__(
        self, backend: BaseStorage, history: History, *, space: Space, settings: SearchSettings
    ) -> None:
        self._backend = backend
        self._history = history
        self._space = space
        self._settings = settings
        self._memories: tuple[Phase, dict[str, _Memory]] | None = None

    def draw(self, claim: Claim, phase: Phase, attempt: int = 0) -> dict[str, Any]:
        """Draws one point that no known trial has.

        Args:
            claim: The trial.
            phase: The strategy and its space.
            attempt: How often its point turned out to be taken; then it is a random one.

        Raises:
            NoPointLeftError: If every point of the space was tried.
            JobError: If no untried point was found.
        """
        tried = self._history.tried
        if attempt == 0:
            for draw in range(STRATEGIES[phase.strategy].draws):
                point = self._sample(claim, phase, phase.strategy, draw)
                if point not in tried:
                    return point
        rest_seed = derive_seed(self._settings.seed, "rest", claim.number, attempt)
        generator = random.Random(rest_seed)  # noqa: S311 - a search, not a secret
        size = phase.space.size
        if size is not None and size <= LISTABLE:
            points = self._memory(phase, phase.strategy).points(self._space)
            rest = [point for key, point in points if not tried.has(point, key)]
            if not rest:
                raise NoPointLeftError("The space has no untried point any more.")
            return dict(generator.choice(rest))
        for draw in range(_RANDOM_DRAWS):
            point = self._sample(claim, phase, "random", 1000 * (attempt + 1) + draw)
            if point not in tried:
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
            trials=self._settings.total,
            options=phase.options if strategy == phase.strategy else {},
            memory=memory.notes,
        )
        sampler = make_sampler(strategy, request)
        memory.view.sampler = sampler
        memory.view.look()
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
                # Whether a pruned trial keeps the constraints is not known: it has no result.
                counts_pruned=STRATEGIES[strategy].counts_pruned and not self._settings.constraints,
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
