"""Trains every arm of a part with every seed, learning rates first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.comparisons.arm_results import ArmResult, ArmResults
from pipelines.comparisons.comparison import Part
from pipelines.comparisons.request import ComparisonRequest
from tuning.seeds import derive_seed

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset

OnTraining = Callable[[str, ArmResult], None]
"""Called after every training with what it was and what it gave."""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All trainings of a part.

    Attributes:
        part: What was compared.
        results: Arm to seed to result.
        sweeps: Arm to learning rate to result, where learning rates were searched.
        rates: Arm to its learning rate, where they were searched and one did not diverge.
    """

    part: Part
    results: Mapping[str, Mapping[int, ArmResult]]
    sweeps: Mapping[str, Mapping[float, ArmResult]] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)

    def values(self, arm: str, metric: str) -> dict[int, float]:
        """Seed to metric of an arm's trainings that did not diverge."""
        found = self.results[arm].items()
        return {seed: run.metrics[metric] for seed, run in found if not run.diverged}

    def diverged(self, arm: str) -> int:
        """How many trainings of an arm diverged."""
        return sum(bool(run.diverged) for run in self.results[arm].values())


def count_trainings(request: ComparisonRequest, parts: tuple[Part, ...]) -> int:
    """Number of trainings of a whole comparison."""
    seeds = len(request.seed_list())
    return sum(
        seeds + (len(rates) if len(rates := request.rates(part, arm)) > 1 else 0)
        for part in parts
        for arm in part.arms
    )


class PartTrainer:
    """Trains the arms of one part, or takes what the file already has.

    Args:
        request: What to compare.
        part: The arms.
        dataset: All rows; each seed draws its own training and validation rows.
        file: Finished trainings.
        on_training: Called after every training.
    """

    def __init__(
        self,
        request: ComparisonRequest,
        part: Part,
        *,
        dataset: Dataset,
        file: ArmResults,
        on_training: OnTraining,
    ) -> None:
        self._request = request
        self._part = part
        self._dataset = dataset
        self._file = file
        self._on_training = on_training
        self._splits: dict[int, Dataset] = {}

    def run(self) -> Findings:
        """Trains everything that is not in the file.

        Returns:
            All trainings of the part.
        """
        candidates = {arm: self._request.rates(self._part, arm) for arm in self._part.arms}
        sweeps = {arm: self._sweep(arm) for arm, found in candidates.items() if len(found) > 1}
        rates = {arm: found[0] for arm, found in candidates.items() if len(found) == 1}
        for arm, sweep in sweeps.items():
            if (rate := self._best_rate(sweep)) is not None:
                rates[arm] = rate
        results: dict[str, dict[int, ArmResult]] = {arm: {} for arm in self._part.arms}
        # Seed by seed: an interrupted comparison has the same seeds for every arm.
        for seed in self._request.seed_list():
            for arm in self._part.arms:
                results[arm][seed] = self._arm(arm, seed, sweeps, rates)
        return Findings(part=self._part, results=results, sweeps=sweeps, rates=rates)

    def _arm(
        self,
        arm: str,
        seed: int,
        sweeps: Mapping[str, Mapping[float, ArmResult]],
        rates: Mapping[str, float],
    ) -> ArmResult:
        if arm in sweeps and arm not in rates:
            result = ArmResult(diverged="Every learning rate of the sweep diverged.")
            self._on_training(f"{arm}, seed {seed}", result)
            return result
        rate = {"learning_rate": rates[arm]} if arm in rates else {}
        return self._train(arm, seed, {**self._request.arm_params(self._part, arm), **rate})

    def _sweep(self, arm: str) -> dict[float, ArmResult]:
        seed = derive_seed(self._request.seed, "learning rates")
        params = self._request.arm_params(self._part, arm)
        rates = self._request.rates(self._part, arm)
        return {
            rate: self._train(arm, seed, {**params, "learning_rate": rate}, note=f"rate {rate:g}")
            for rate in rates
        }

    def _best_rate(self, sweep: Mapping[float, ArmResult]) -> float | None:
        metric = self._part.metric
        sign = 1.0 if self._part.direction == "maximize" else -1.0
        scores = {r: sign * run.metrics[metric] for r, run in sweep.items() if not run.diverged}
        return max(scores, key=lambda rate: scores[rate]) if scores else None

    def _train(
        self, arm: str, seed: int, params: Mapping[str, Any], *, note: str = ""
    ) -> ArmResult:
        key = " | ".join([self._part.title, arm, f"seed {seed}", *([note] if note else [])])
        rate = params.get("learning_rate")
        if not note and rate is not None:
            key = f"{key} | learning_rate {rate:g}"
        result = self._file.get(key)
        if result is None:
            from pipelines.comparisons.measuring import Setting, measure

            setting = Setting(part=self._part, params=params, dataset=self._split(seed), seed=seed)
            result = measure(setting)
            self._file.add(key, result)
        self._on_training(f"{arm}, {note or f'seed {seed}'}", result)
        return result

    def _split(self, seed: int) -> Dataset:
        if seed not in self._splits:
            from pipelines.comparisons.splits import split_for_seed

            rows = self._request.rows(self._part)
            self._splits[seed] = split_for_seed(self._dataset, seed, rows=rows)
        return self._splits[seed]
