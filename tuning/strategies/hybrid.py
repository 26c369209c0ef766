"""The default strategy: an even start, then a Gaussian process with a TPE trial now and then."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from scipy.stats import qmc
from threadpoolctl import ThreadpoolController
from typing_extensions import override

from tuning.internals.known_rows import KnownRows
from tuning.strategies import Request, samplers
from tuning.strategies.candidates import best_candidate
from tuning.strategies.cube import Cube, among
from tuning.strategies.distributions import distribution_of
from tuning.strategies.process import Process
from tuning.strategies.standings import Standing, order
from tuning.strategies.targets import targets

_STARTUP = 10
_TPE_TURN = 4  # a model that is wrong about the space is not asked every time
_MOST = 100  # points of the process, whose time grows with their square and cube
_ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


class HybridSampler(optuna.samplers.BaseSampler):
    """Samples by turns from a Gaussian process over the whole space and from Optuna's TPE.

    The first trials are points of one scrambled Sobol sequence. Afterwards every fourth trial is
    TPE's, and the others are where the process expects the largest improvement. Where the process
    has nothing to say (several metrics, no finite value yet, every candidate known), TPE goes on.

    Args:
        request: The space, its seeds and the option `startup`, ended trials before the process is
            used, 10 by default.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._startup = request.options.get("startup", _STARTUP)
        if "cube" not in request.memory:
            request.memory["cube"] = Cube(request.space)
        self._cube: Cube = request.memory["cube"]
        if "rows" not in request.memory:
            request.memory["rows"] = KnownRows(self._encoded, len(self._cube.names))
        self._rows: KnownRows = request.memory["rows"]
        self._standings: dict[int, Standing] = request.memory.setdefault("standings", {})
        self._generator = np.random.default_rng(request.seed)
        self._tpe = samplers.tpe(replace(request, options={"startup": self._startup}))

    @override
    def reseed_rng(self) -> None:
        self._generator = np.random.default_rng()
        self._tpe.reseed_rng()

    @override
    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        searched = self._request.space.searched
        return {name: distribution_of(searched[name]) for name in self._cube.names}

    @override
    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        if not self._cube.names:
            return {}
        trials = [one for one in study.get_trials(deepcopy=False) if one.number != trial.number]
        trials = [one for one in trials if one.params and one.state != TrialState.WAITING]
        known = self._rows.of(trials)
        if sum(one.state in _ENDED for one in trials) < self._startup:
            row = self._evenly(trial.number)
            return {} if among(row[None], known)[0] else self._values(row)
        if trial.number % _TPE_TURN == 0 or self._request.metrics > 1:
            point = self._tpe_point(study, trial)
            if self._request.metrics > 1 or not among(self._row_of(point)[None], known)[0]:
                return point
        found = self._ask(trials, known, study.direction)
        if found is None:
            return self._tpe_point(study, trial)
        return self._values(found)

    def _tpe_point(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, Any]:
        """What TPE proposes, which walks through the trials for its space first."""
        space = self._tpe.infer_relative_search_space(study, trial)
        return self._tpe.sample_relative(study, trial, space)

    def _row_of(self, point: dict[str, Any]) -> np.ndarray:
        return np.asarray(self._cube.snap(self._encoded(point)[None])[0])

    def _encoded(self, params: Mapping[str, Any]) -> np.ndarray:
        return self._cube.encode(self._request.space.decode(params))

    def _values(self, row: np.ndarray) -> dict[str, Any]:
        return self._request.space.encode(self._cube.decode(row))

    def _evenly(self, number: int) -> np.ndarray:
        """The trial's own point of the job's Sobol sequence."""
        seed = np.random.default_rng(self._request.job_seed % 2**31)
        sequence = qmc.Sobol(len(self._cube.names), scramble=True, rng=seed)
        if number:
            sequence.fast_forward(number)
        return np.asarray(self._cube.snap(sequence.random(1))[0])

    def _ask(
        self, trials: list[FrozenTrial], known: np.ndarray, direction: StudyDirection
    ) -> np.ndarray | None:
        running = np.array([one.state == TrialState.RUNNING for one in trials])
        ended = [one for one in trials if one.state != TrialState.RUNNING]
        standings = [self._standing(one, direction) for one in ended]
        if not any(standing.valued for standing in standings):
            return None
        chosen = _telling(standings)
        # The matrices are tiny: threads would only get in the way of the workers.
        with _thread_pools().limit(limits=1):
            process = self._fitted(
                tuple(ended[index].number for index in chosen),
                known[~running][chosen],
                [standings[index] for index in chosen],
            )
            if running.any():
                process = process.believing(known[running])
            return best_candidate(process, self._cube, known, self._generator)

    def _standing(self, trial: FrozenTrial, direction: StudyDirection) -> Standing:
        found = self._standings.get(trial.number)
        if found is None:
            found = self._standings[trial.number] = order(trial, direction)
        return found

    def _fitted(
        self, numbers: tuple[int, ...], rows: np.ndarray, standings: list[Standing]
    ) -> Process:
        """The process of the given trials, fitted once for all points that are drawn of it."""
        kept: tuple[tuple[int, ...], Process] | None = self._request.memory.get("process")
        if kept is not None and kept[0] == numbers:
            return kept[1]
        process = Process(rows, targets(standings), self._cube.unordered)
        self._request.memory["process"] = (numbers, process)
        return process

    @override
    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self._tpe.sample_independent(study, trial, param_name, param_distribution)


@functools.cache
def _thread_pools() -> ThreadpoolController:
    """The numeric libraries that are loaded; to look for them takes longer than a prediction."""
    return ThreadpoolController()


def _telling(standings: list[Standing]) -> list[int]:
    """Indices of the trials that the process learns from: the best half and the latest."""
    if len(standings) <= _MOST:
        return list(range(len(standings)))
    best = set(sorted(range(len(standings)), key=standings.__getitem__)[: _MOST // 2])
    latest = [index for index in range(len(standings)) if index not in best]
    return sorted([*best, *latest[-(_MOST - len(best)) :]])


def hybrid(request: Request) -> optuna.samplers.BaseSampler:
    """The strategy's sampler."""
    return HybridSampler(request)
