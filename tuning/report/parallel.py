"""All parameters of all trials that have a value at once, as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tuning.report.importance import by_importance
from tuning.report.marks import describe, mark, trial_mark
from tuning.report.scales import Scale, scale_of
from tuning.report.style import empty_figure, legend, new_figure, robust_limits, shades
from tuning.report.theme import INK, MUTED, ORANGE, VERMILION
from tuning.report.values import number, plain, shorten
from tuning.report.view import StudySnapshot
from tuning.storage.records import TrialRecord

_NOTHING = "No trial is complete yet."
_MOST_AXES = 10
_UNSET = -0.12  # height of a parameter that a trial does not have


def parallel_figure(view: StudySnapshot) -> Figure:
    """Draws every trial as a line through its parameters, complete ones coloured by the metric."""
    records = view.complete()
    names = by_importance(view)[:_MOST_AXES]
    if not records or not names:
        return empty_figure(_NOTHING)
    scales = [scale_of(view, name) for name in names]
    values = [record.values[0] for record in records]
    limits = robust_limits(values) or (min(values), max(values))
    metric = Scale(view.metric, None, *limits)
    figure = new_figure(max(8.0, 1.45 * (len(names) + 1)), 4.8)
    axes = figure.subplots()
    colors = _colors(values, limits, reverse=not view.maximize)
    best = view.best
    order = sorted(range(len(records)), key=lambda i: values[i], reverse=not view.maximize)
    order.sort(key=lambda i: best is not None and records[i].number == best.number)  # in front
    _draw_pruned(axes, view, [*scales, metric])
    for rank, index in enumerate(order):
        heights = _heights(records[index], [*scales, metric])
        leader = best is not None and records[index].number == best.number
        lines = axes.plot(
            range(len(heights)),
            heights,
            color=VERMILION if leader else colors[index],
            linewidth=2.8 if leader else 1.2,
            alpha=1.0 if leader else 0.7,
            zorder=3 + rank / len(order),
            label=f"best, trial {records[index].number}" if leader else None,
        )
        mark(lines[0], [trial_mark(records[index], view.metric)])
    _draw_axes(axes, [*scales, metric])
    if any(name not in record.params for name in names for record in records):
        axes.text(-0.02, _UNSET, "not set ", ha="right", va="center", color=MUTED, fontsize=8)
    told = f"{len(records)} complete trials through their parameters to {view.metric}"
    if best is not None:
        point = [f"{name} {number(best.params[name])}" for name in names if name in best.params]
        told += f"; the best one, trial {best.number}, has {', '.join(point)}"
    describe(figure, f"{told}.")
    legend(axes)
    return figure


def _draw_pruned(axes: Axes, view: StudySnapshot, scales: Sequence[Scale]) -> None:
    """Draws pruned trials up to what they reported last, as far as that can be shown."""
    stopped = view.pruned()
    for record in stopped:
        lines = axes.plot(
            range(len(scales)),
            _heights(record, scales),
            color=ORANGE,
            linewidth=0.9,
            linestyle=(0, (3, 2)),
            alpha=0.6,
            zorder=2,
            label="pruned" if record is stopped[0] else None,
        )
        mark(lines[0], [trial_mark(record, view.metric)])


def _heights(record: TrialRecord, scales: Sequence[Scale]) -> list[float]:
    """Places of the parameters, and last of the metric."""
    *parameters, metric = scales
    reached = min(max(metric.unit(record.values[0]) or 0.0, 0.0), 1.0)
    return [*(_height(scale, record) for scale in parameters), reached]


def _height(scale: Scale, record: TrialRecord) -> float:
    if scale.name not in record.params:
        return _UNSET
    height = scale.unit(record.params[scale.name])
    return _UNSET if height is None else height


def _colors(values: Sequence[float], limits: tuple[float, float], *, reverse: bool) -> list[Any]:
    low, high = limits
    span = (high - low) or 1.0
    parts = [min(max((value - low) / span, 0.0), 1.0) for value in values]
    return [shades(reverse=reverse)(part) for part in parts]


def _draw_axes(axes: Axes, scales: Sequence[Scale]) -> None:
    axes.set_xlim(-0.25, len(scales) - 0.55)
    axes.set_ylim(_UNSET - 0.06, 1.06)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    for column, scale in enumerate(scales):
        axes.plot([column, column], [0, 1], color=INK, linewidth=1.0, zorder=5)
        for height, text in scale.ticks():
            axes.text(
                column + 0.04,
                height,
                plain(text),
                va="center",
                fontsize=8,
                color=INK,
                zorder=6,
                bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6},
            )
    labels = [f"{plain(shorten(s.name, 16))}{' (log)' if s.log else ''}" for s in scales]
    axes.set_xticks(range(len(scales)), labels, fontsize=9, color=INK)
    axes.tick_params(length=0)
