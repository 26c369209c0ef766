"""What to compare and where to record it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.comparisons.comparison import Comparison, Part
from pipelines.training.data import DataRequest

SEEDS = 5
TINY_SEEDS = 2


@dataclass(frozen=True, kw_only=True)
class ComparisonRequest:
    """What to compare and where to record it.

    Attributes:
        comparison: Name of the comparison.
        params: Hyperparameters for all arms; none that the arms vary.
        seeds: Trainings of each arm, at least 1; 5 by default, 2 in tiny mode.
        seed: First seed, at least 0; the others follow it.
        data_dir: Folder of downloaded datasets.
        tiny: A few rows and epochs, no search of learning rates, all arms.
        root: Folder of the embedded stores.
        tracking_uri: MLflow store; the embedded one by default.
    """

    comparison: str
    params: Mapping[str, Any] = field(default_factory=dict)
    seeds: int | None = None
    seed: int = 0
    data_dir: str | None = None
    tiny: bool = False
    root: Path = Path("mlruns")
    tracking_uri: str | None = None

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: If a number is out of range.
        """
        for rule, holds in (
            ("seeds >= 1", self.seeds is None or self.seeds >= 1),
            ("seed >= 0", self.seed >= 0),
        ):
            if not holds:
                name = rule.split()[0]
                raise ValueError(f"`{rule}` must hold. Got {name}={getattr(self, name)}.")

    def check(self, comparison: Comparison) -> None:
        """Refuses hyperparameters that the comparison cannot take.

        Raises:
            ValueError: If a hyperparameter is unknown, a value is out of its range, or it is one
                that the arms vary.
        """
        from pipelines.training.checks import check_hyperparameters

        for part in comparison.parts:
            taken = sorted(part.varied & set(self.params))
            if taken:
                raise ValueError(
                    f"A comparison sets what its arms vary. Got {taken[0]}="
                    f"{self.params[taken[0]]!r}, which {self.comparison} varies: leave it out, or "
                    f"train the recipe itself with `cookbook train {part.recipe}`."
                )
            given = {k: v for k, v in self.params.items() if k not in part.own}
            check_hyperparameters(part.base(), given)

    def seed_list(self) -> tuple[int, ...]:
        """Every seed of the comparison.

        Example:
            >>> ComparisonRequest(comparison="compare-losses", seeds=3, seed=7).seed_list()
            (7, 8, 9)
        """
        count = self.seeds or (TINY_SEEDS if self.tiny else SEEDS)
        return tuple(range(self.seed, self.seed + count))

    def arm_params(self, part: Part, arm: str) -> dict[str, Any]:
        """Hyperparameters of an arm beyond the recipe's defaults."""
        return part.params(arm, self.params, tiny=self.tiny)

    def rates(self, part: Part, arm: str) -> tuple[float, ...]:
        """Learning rates that an arm chooses from; the one in the middle in tiny mode."""
        rates = part.learning_rates.get(arm, ())
        return rates[len(rates) // 2 :][:1] if self.tiny else rates

    def rows(self, part: Part) -> int | None:
        """Training rows of a part at most."""
        if not self.tiny:
            return part.rows
        return min(part.tiny_rows, part.rows or part.tiny_rows)

    def data_request(self, part: Part) -> DataRequest:
        """Data of a part, all rows."""
        return DataRequest.of(part.base(), data_dir=self.data_dir)

    def folder(self, comparison: Comparison, fingerprints: Mapping[str, str]) -> Path:
        """Folder of this comparison; other settings or data have another folder.

        The number of seeds is not part of it, so a call with more seeds reuses the finished ones.

        Args:
            comparison: What is compared.
            fingerprints: Recipe to fingerprint of its data.
        """
        content = [
            [
                part.title,
                part.builder,
                [*part.metrics, *part.shown, part.x],
                fingerprints[part.recipe],
                self.rows(part),
                {**part.base().defaults},
                {arm: [self.arm_params(part, arm), self.rates(part, arm)] for arm in part.arms},
            ]
            for part in comparison.parts
        ]
        text = json.dumps(content, sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return self.root / "comparisons" / f"{self.comparison}-{digest}"
