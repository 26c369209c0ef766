"""Our speed over every peer's, judged by the goals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks._harness import Benchmark, Goal, Row

OURS = "ours"


def ratios(benchmark: Benchmark, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Our speed over every peer's, and whether the goals are reached.

    Args:
        benchmark: Says which way each quantity grows to the better.
        rows: The measurements.

    Returns:
        One entry for each case, quantity and peer, then one for each limit on our own numbers.
    """
    own = {row.case: row for row in rows if row.name == OURS}
    found: list[dict[str, Any]] = []
    for row in rows:
        for quantity in benchmark.quantities:
            mine = own[row.case].median(quantity.key) if row.case in own else None
            theirs = row.median(quantity.key)
            if row.name == OURS or mine is None or theirs is None or min(mine, theirs) <= 0:
                continue
            ratio = mine / theirs if quantity.larger_is_better else theirs / mine
            goal = _goal(benchmark, row.case, quantity.key, row.name)
            found.append(_judged(row.case, quantity.key, row.name, ratio, goal))
    for goal in benchmark.goals:
        value = own[goal.case].median(goal.key) if not goal.peer and goal.case in own else None
        if value is not None:
            found.append(_judged(goal.case, goal.key, "", value, goal))
    return found


def _goal(benchmark: Benchmark, case: str, key: str, peer: str) -> Goal | None:
    wanted = (case, key, peer)
    return next((g for g in benchmark.goals if (g.case, g.key, g.peer) == wanted), None)


def _judged(case: str, key: str, peer: str, value: float, goal: Goal | None) -> dict[str, Any]:
    judged: dict[str, Any] = {"case": case, "quantity": key, "peer": peer, "value": value}
    if goal is not None:
        reached = value >= goal.must if peer else value <= goal.must
        judged |= {"must": goal.must, "goal": goal.goal, "reached": reached}
    return judged
