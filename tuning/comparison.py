"""Studies side by side at equal budget: the best found after so many trials, or seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuning import records
from tuning.errors import JobError
from tuning.records import TrialRecord


@dataclass(frozen=True, kw_only=True)
class Incumbent:
    """The best value of a study over its finished trials.

    Attributes:
        values: Best first metric after 1, 2, ... finished trials; None before the first.
        seconds: Seconds since the first start at which each of them ended.
    """

    values: Sequence[float | None]
    seconds: Sequence[float]

    def after(self, trials: int) -> float | None:
        """The best value after a number of finished trials."""
        return self.values[min(trials, len(self.values)) - 1] if self.values and trials else None


def incumbent(found: Sequence[TrialRecord], *, maximize: bool) -> Incumbent:
    """Follows the best value through a study, in the order in which trials ended.

    Args:
        found: The trials.
        maximize: Whether larger is better.

    Example:
        >>> trials = [TrialRecord(number=i, state="complete", values=(v,))
        ...           for i, v in enumerate([0.5, 0.7, 0.6])]
        >>> list(incumbent(trials, maximize=True).values)
        [0.5, 0.7, 0.7]
    """
    over = [record for record in found if record.state in records.FINISHED]
    over.sort(key=lambda record: (str(record.finished), record.number))
    starts = [record.started for record in over if record.started is not None]
    best: float | None = None
    values: list[float | None] = []
    seconds: list[float] = []
    for record in over:
        if record.state == records.COMPLETE and record.feasible and record.value is not None:
            better = best is None or (record.value > best if maximize else record.value < best)
            best = record.value if better else best
        values.append(best)
        ended = record.finished
        known = ended is not None and bool(starts)
        seconds.append((ended - min(starts)).total_seconds() if ended and known else 0.0)
    return Incumbent(values=values, seconds=seconds)


def compare(
    studies: Mapping[str, Sequence[TrialRecord]],
    metrics: Mapping[str, Sequence[tuple[str, str]]],
) -> list[dict[str, object]]:
    """Compares studies after the number of trials that all of them have.

    Args:
        studies: Name to trials.
        metrics: Name to metrics; the first must be the same for all.

    Returns:
        One row per study, the best first: `study`, `trials` (the equal budget), `best` at that
        budget, `best_of_all` its trials, and `seconds` until the budget was used.

    Raises:
        JobError: If the studies have different first metrics or one has no finished trial.
    """
    firsts = {name: tuple(found[0]) for name, found in metrics.items()}
    if len(set(firsts.values())) != 1:
        raise JobError(f"Studies are compared by one metric. Got {firsts}.")
    maximize = next(iter(firsts.values()))[1] == "maximize"
    followed = {name: incumbent(found, maximize=maximize) for name, found in studies.items()}
    empty = [name for name, one in followed.items() if not one.values]
    if empty:
        raise JobError(f"A study without finished trials cannot be compared: {', '.join(empty)}.")
    budget = min(len(one.values) for one in followed.values())
    rows: list[dict[str, object]] = [
        {
            "study": name,
            "trials": budget,
            "best": one.after(budget),
            "best_of_all": one.values[-1],
            "seconds": one.seconds[budget - 1],
        }
        for name, one in followed.items()
    ]
    worst = float("-inf") if maximize else float("inf")

    def rank(row: dict[str, object]) -> float:
        best = row["best"]
        value = best if isinstance(best, float) else worst
        return -value if maximize else value

    return sorted(rows, key=rank)
