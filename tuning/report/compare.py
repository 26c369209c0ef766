"""Studies side by side at equal budget: medians, bands over seeds, and a table."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tuning.report.progress import incumbent
from tuning.report.style import COLORS, empty_figure, legend, new_figure, tidy
from tuning.report.values import time_unit
from tuning.report.view import StudySnapshot, as_view


@dataclass(frozen=True, kw_only=True)
class StudyComparison:
    """What a comparison found.

    Attributes:
        trials: Finished trials that every study has: the equal budget.
        seconds: Wall time that every study took at least.
        rows: One dictionary per group, the best median first: `group`, `studies`, `median`,
            `best`, `worst` (values after `trials` trials) and `median_at_time` (after `seconds`).
        figure: Best value over trials and over time, with bands from the worst to the best study
            of a group.
    """

    trials: int
    seconds: float
    rows: Sequence[Mapping[str, Any]]
    figure: Figure


def compare_studies(
    studies: Sequence[Any], *, groups: Sequence[str] | None = None
) -> StudyComparison:
    """Compares the best values of studies after equally many trials and equally much time.

    Args:
        studies: `optuna.Study` objects or their views, all with the same first metric and
            direction.
        groups: Name of each study's group; studies of one group are repetitions with other
            seeds. By default studies with the same strategy, pruner and options and different
            seeds.

    Returns:
        The comparison; a failed or pruned trial counts as a trial.

    Raises:
        ValueError: If the metrics differ, or there are not as many groups as studies.
    """
    views = [as_view(study) for study in studies]
    goals = {tuple(view.metrics[0]) for view in views}
    if len(goals) != 1:
        found = sorted(f"{name} ({'max' if up else 'min'})" for name, up in goals)
        raise ValueError(
            "`compare_studies` needs studies of one metric and direction. Got "
            f"{', '.join(found) or 'no study'}."
        )
    labels = list(groups) if groups is not None else _labels(views)
    if len(labels) != len(views):
        raise ValueError(f"Each study needs a group. Got {len(labels)} for {len(views)} studies.")
    members: dict[str, list[StudySnapshot]] = {}
    for label, view in zip(labels, views, strict=True):
        members.setdefault(label, []).append(view)
    trials = min(len(view.finished) for view in views)
    seconds = min(_duration(view) for view in views)
    rows = [_row(label, group, trials, seconds) for label, group in members.items()]
    sign = -1.0 if views[0].maximize else 1.0
    rows.sort(key=lambda row: float("inf") if row["median"] is None else sign * row["median"])
    figure = _draw(members, trials, seconds)
    return StudyComparison(trials=trials, seconds=seconds, rows=rows, figure=figure)


def _labels(views: Sequence[StudySnapshot]) -> list[str]:
    """Names groups by how their studies searched; a group with a seed twice is no repetition."""
    keys = ("strategy", "pruner", "strategy_options", "pruner_options", "budget", "stages")
    ways = [str([view.settings.get(key) for key in keys]) for view in views]
    labels = []
    for view, way in zip(views, ways, strict=True):
        same = [other for other, its in zip(views, ways, strict=True) if its == way]
        seeds = [other.settings.get("seed") for other in same]
        repeated = len(same) > 1 and len(set(seeds)) == len(seeds)
        short = " + ".join(str(view.settings[k]) for k in keys[:2] if view.settings.get(k))
        labels.append(short if repeated and _only(short, way, views, ways) else view.name)
    return labels


def _only(short: str, way: str, views: Sequence[StudySnapshot], ways: Sequence[str]) -> bool:
    """Whether strategy and pruner alone tell a group from all others."""
    for view, other in zip(views, ways, strict=True):
        name = " + ".join(
            str(view.settings[k]) for k in ("strategy", "pruner") if view.settings.get(k)
        )
        if name == short and other != way:
            return False
    return True


def _duration(view: StudySnapshot) -> float:
    return max((view.seconds(record.finished) for record in view.finished), default=0.0)


def _by_trials(view: StudySnapshot, trials: int) -> list[float]:
    """Best value after 1, 2, ... finished trials; NaN before the first complete one."""
    best = {record.number: value for record, value in incumbent(view)}
    curve, last = [], float("nan")
    for record in view.finished[:trials]:
        last = best.get(record.number, last)
        curve.append(last)
    return curve


def _by_time(view: StudySnapshot, moments: Sequence[float]) -> list[float]:
    steps = [(view.seconds(record.finished), value) for record, value in incumbent(view)]
    curve = []
    for moment in moments:
        reached = [value for end, value in steps if end <= moment + 1e-9]
        curve.append(reached[-1] if reached else float("nan"))
    return curve


def _row(label: str, group: Sequence[StudySnapshot], trials: int, seconds: float) -> dict[str, Any]:
    ends = [curve[-1] for view in group if (curve := _by_trials(view, trials))]
    ends = [value for value in ends if value == value]
    timed = [value for view in group for value in _by_time(view, [seconds]) if value == value]
    pick = (max, min) if group[0].maximize else (min, max)
    return {
        "group": label,
        "studies": len(group),
        "median": statistics.median(ends) if ends else None,
        "best": pick[0](ends, default=None),
        "worst": pick[1](ends, default=None),
        "median_at_time": statistics.median(timed) if timed else None,
    }


def _draw(members: Mapping[str, Sequence[StudySnapshot]], trials: int, seconds: float) -> Figure:
    if trials == 0:
        return empty_figure("A study has no finished trial yet.")
    figure = new_figure(11.0, 4.4)
    left, right = figure.subplots(1, 2, sharey=True)
    unit, name = time_unit(seconds)
    moments = np.linspace(0.0, seconds, 200)
    for index, (label, group) in enumerate(members.items()):
        color = COLORS[index % len(COLORS)]
        counts = np.arange(1, trials + 1)
        text = f"{label} ({len(group)} seeds)" if len(group) > 1 else label
        by_trials = [_by_trials(view, trials) for view in group]
        by_time = [_by_time(view, list(moments)) for view in group]
        _band(left, counts, by_trials, color, text, last=0.5)
        _band(right, moments / unit, by_time, color, text, last=0.02 * seconds / unit)
    metric = next(iter(members.values()))[0].metric
    tidy(left, x="finished trials, equally many", y=f"best {metric}")
    tidy(right, x=f"time since the start ({name}), equally long")
    left.xaxis.get_major_locator().set_params(integer=True)
    legend(left)
    return figure


def _band(
    axes: Axes, x: Any, curves: Sequence[Sequence[float]], color: str, label: str, *, last: float
) -> None:
    """Draws median, best and worst curve; the final values hold on for `last`, to be seen."""
    table = np.array(curves, dtype=float)
    present = ~np.all(np.isnan(table), axis=0)
    if not present.any():
        return
    shown, x = table[:, present], np.asarray(x)[present]
    shown, x = np.hstack([shown, shown[:, -1:]]), np.append(x, x[-1] + last)
    middle = np.nanmedian(shown, axis=0)
    axes.step(x, middle, where="post", color=color, linewidth=2, label=label)
    axes.plot(x[-1], middle[-1], "o", color=color, markersize=4)
    if len(curves) > 1:
        low, high = np.nanmin(shown, axis=0), np.nanmax(shown, axis=0)
        axes.fill_between(x, low, high, step="post", color=color, alpha=0.18, linewidth=0)
