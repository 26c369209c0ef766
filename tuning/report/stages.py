"""The stages of a staged search, and its repeated points, as tables of the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuning.report.values import number
from tuning.report.view import StudySnapshot
from tuning.results.stages import stage_rows
from tuning.stages import Stage

Table = tuple[Sequence[str], list[list[Any]]]

_STAGE_COLUMNS = ("stage", "strategy", "trials", "complete", "pruned", "failed", "best trial")


def stages_table(view: StudySnapshot) -> Table | None:
    """One row per stage, or None for a search without stages.

    Args:
        view: The study.

    Returns:
        Header and rows; the last column is the best value of the stage, for a confirming one
        the best mean with its standard deviation.
    """
    stages = [Stage.model_validate(stage) for stage in view.settings.get("stages") or ()]
    if not stages:
        return None
    rows = stage_rows(view.records, stages, view.confirmed, maximize=view.maximize)
    lines = [
        [*(row[column.replace(" ", "_")] for column in _STAGE_COLUMNS), with_deviation(row)]
        for row in rows
    ]
    return (*_STAGE_COLUMNS, f"best {view.metric}"), lines


def with_deviation(row: dict[str, Any]) -> str:
    """The best value of a stage, with its standard deviation where there is one.

    Example:
        >>> with_deviation({"best": 0.5, "deviation": 0.25})
        '0.5 ± 0.25'
    """
    if row["best"] is None:
        return ""
    spread = row["deviation"]
    return number(row["best"]) + ("" if spread is None else f" ± {number(spread)}")


def confirmed_table(view: StudySnapshot) -> Table | None:
    """One row per point that was run again with other seeds, or None without any.

    Args:
        view: The study.

    Returns:
        Header and rows, the best mean first; `found` is the value that made the point one of
        the best, and therefore likely too good.
    """
    if not view.confirmed:
        return None
    names = list(dict.fromkeys(name for one in view.confirmed for name in one.params))
    lines = [
        [
            *(one.trial, one.found, one.mean, one.deviation, len(one.values)),
            *(one.params.get(name) for name in names),
        ]
        for one in view.confirmed
    ]
    return ("trial", "found", "mean", "deviation", "repetitions", *names), lines
