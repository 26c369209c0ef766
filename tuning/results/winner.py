"""Which of the finished trials is the best one: by one metric, or on a Pareto front."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tuning._names import unknown_name
from tuning.results.confirmation import Confirmation
from tuning.search_options import FIRST, WINNERS
from tuning.storage.records import TrialRecord, best_record


def choose_winner(
    found: Sequence[TrialRecord],
    metrics: Sequence[tuple[str, str]],
    front: Sequence[int],
    *,
    rule: str = FIRST,
    confirmed: Sequence[Confirmation] = (),
) -> TrialRecord | None:
    """Chooses the best trial.

    Args:
        found: The trials.
        metrics: Names and directions; one metric needs no rule.
        front: Numbers of the trials of the Pareto front.
        rule: `"first"` takes the best in the first metric, of equal ones the one that is best
            in the next; `"knee"` the one nearest to the best of every metric.
        confirmed: Points that were run again, the best mean first; the first of them wins.

    Returns:
        The trial, or None when none is complete and feasible.

    Raises:
        ValueError: If the rule is unknown.
    """
    if rule not in WINNERS:
        raise ValueError(unknown_name("winner", rule, WINNERS))
    if confirmed:
        return next(record for record in found if record.number == confirmed[0].trial)
    if len(metrics) == 1:
        return best_record(found, maximize=metrics[0][1] == "maximize")
    numbers = set(front)
    # Repetitions confirm a point; the point itself is the trial that found it.
    on_front = [record for record in found if record.number in numbers and record.repeat == 0]
    if not on_front:
        return None
    costs = {
        record.number: [
            -value if direction == "maximize" else value
            for value, (_, direction) in zip(record.values, metrics, strict=True)
        ]
        for record in on_front
    }
    if rule == FIRST:
        return min(on_front, key=lambda record: (costs[record.number], record.number))
    distances = knee_distances(list(costs.values()))
    nearest = distances.index(min(distances))
    return on_front[nearest]


def knee_distances(costs: Sequence[Sequence[float]]) -> list[float]:
    """Distance of each point of a front to the ideal point, which is best in every metric.

    d_i = sqrt(sum_m ((c_im - min_m) / (max_m - min_m))^2), c_im the cost of point i in metric m,
    minimum and maximum over the front; a metric that is the same everywhere counts nothing. Also
    called the closest point to the utopia (Marler and Arora 2004, global criterion).

    Args:
        costs: `[points][metrics]`, smaller is better.

    Returns:
        One distance per point, in [0, sqrt(metrics)].

    Example:
        >>> knee_distances([(0.0, 10.0), (0.5, 5.0), (1.0, 0.0)])[1] < 1.0
        True
    """
    lows = [min(column) for column in zip(*costs, strict=True)]
    spans = [max(column) - low for column, low in zip(zip(*costs, strict=True), lows, strict=True)]
    return [
        math.hypot(
            *(
                (value - low) / span if span else 0.0
                for value, low, span in zip(point, lows, spans, strict=True)
            )
        )
        for point in costs
    ]
