"""Points that were run again with other seeds, because the best of many is too good by chance."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuning.space.space import Space
from tuning.storage import records
from tuning.storage.records import TrialRecord


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """A point that was run again with other seeds.

    Attributes:
        params: The point.
        trial: Number of the trial that found it.
        found: First metric of that trial; the best of many, so likely too good.
        values: First metric of each repetition that was completed.
        lost: Repetitions that failed or broke a constraint.
    """

    params: Mapping[str, Any]
    trial: int
    found: float
    values: Sequence[float]
    lost: int = 0

    @property
    def mean(self) -> float:
        """Mean of the repetitions."""
        return sum(self.values) / len(self.values)

    @property
    def deviation(self) -> float | None:
        """Sample standard deviation of the repetitions, None for a single one."""
        return statistics.stdev(self.values) if len(self.values) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the fields, `mean` and `deviation`."""
        return {
            "trial": self.trial,
            "found": self.found,
            "mean": self.mean,
            "deviation": self.deviation,
            "values": list(self.values),
            "lost": self.lost,
            "params": dict(self.params),
        }


def confirmations(
    found: Sequence[TrialRecord], space: Space, *, maximize: bool
) -> list[Confirmation]:
    """Gathers the repetitions of each point that was confirmed.

    Args:
        found: The trials.
        space: The study's space.
        maximize: Whether a larger first metric is better.

    Returns:
        The points with at least one complete repetition: first those that lost none, as the mean
        of the lucky ones says too much, and of these the best mean first.
    """
    complete = [record for record in found if record.state == records.COMPLETE]
    first = {space.key(r.params): r for r in reversed(complete) if r.repeat == 0}
    again: dict[str, list[float]] = {}
    for record in complete:
        if record.repeat:
            again.setdefault(space.key(record.params), []).append(record.values[0])
    lost = Counter(
        space.key(record.params) for record in found if record.repeat and _is_lost(record)
    )
    gathered = [
        Confirmation(
            params=first[key].params,
            trial=first[key].number,
            found=first[key].values[0],
            values=values,
            lost=lost[key],
        )
        for key, values in again.items()
        if key in first
    ]
    return sorted(gathered, key=lambda c: (c.lost > 0, -c.mean if maximize else c.mean))


def _is_lost(record: TrialRecord) -> bool:
    is_complete = record.state == records.COMPLETE
    return record.state == records.FAILED or (is_complete and not record.feasible)
