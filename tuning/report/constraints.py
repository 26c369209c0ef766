"""How the trials of a study kept its constraints, as a table of the report."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from tuning.report.values import number
from tuning.report.view import StudySnapshot
from tuning.storage.records import TrialRecord

_MOST = 20  # trials that a row names


def constraints_table(view: StudySnapshot) -> tuple[Sequence[str], list[list[Any]]] | None:
    """One row per constraint, or None for a study without any.

    Args:
        view: The study.

    Returns:
        Header and rows: how many complete trials keep and break the constraint, the smallest and
        the median excess of those that break it, what the winner has, and which trials they are.
    """
    measured = [record for record in view.complete() if record.constraints]
    names = dict.fromkeys(name for record in measured for name in record.constraints)
    if not names:
        return None
    header = ("constraint", "kept by", "broken by", "excess", "winner", "trials that break it")
    return header, [_row(view, name, measured) for name in names]


def _row(view: StudySnapshot, name: str, measured: Sequence[TrialRecord]) -> list[Any]:
    broken = {r.number: r.constraints[name] for r in measured if r.constraints.get(name, 0) > 0}
    excess = list(broken.values())
    span = f"{number(min(excess))}, median {number(statistics.median(excess))}" if excess else None
    more = f" and {len(broken) - _MOST} more" if len(broken) > _MOST else ""
    trials = ", ".join(map(str, list(broken)[:_MOST])) + more
    metric = name.rsplit(" ", 2)[0]
    winner = None if view.winner is None else view.winner.metrics.get(metric)
    return [name, len(measured) - len(broken), len(broken), span, winner, trials or None]
