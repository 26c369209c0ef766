"""The first metric over each parameter."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tuning.report.importance import by_importance
from tuning.report.marks import describe, mark, trial_mark
from tuning.report.scales import Scale, placed, scale_of
from tuning.report.style import empty_figure, focus, inside, new_figure, shades, tidy
from tuning.report.theme import INK, ORANGE, VERMILION
from tuning.report.values import number, shorten
from tuning.report.view import StudySnapshot

_NOTHING = "No trial is complete yet."


def slices_figure(view: StudySnapshot) -> Figure:
    """Draws the first metric over each parameter, later trials darker."""
    records = view.complete()
    names = by_importance(view)
    if not records or not names:
        return empty_figure(_NOTHING)
    columns = min(3, len(names))
    rows = math.ceil(len(names) / columns)
    figure = new_figure(3.4 * columns + 0.8, 2.7 * rows + 0.3)
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    last = max(record.number for record in view.records)
    dots: Any = None
    drawn: list[tuple[Axes, Scale]] = []
    for index, axes in enumerate(grid.flat):
        if index >= len(names):
            axes.axis("off")
            continue
        scale = scale_of(view, names[index])
        dots = _slice(axes, view, scale, last) or dots
        drawn.append((axes, scale))
        tidy(axes, x=shorten(names[index], 26), y=view.metric if index % columns == 0 else "")
        scale.dress(axes)
    pruned = [record.values[0] for record in view.pruned()]
    focus(grid.flat[0], [record.values[0] for record in records], pruned, up=view.maximize)
    for axes, scale in drawn:
        _draw_pruned(axes, view, scale)
    if dots is not None:
        bar = figure.colorbar(dots, ax=grid, shrink=0.8, pad=0.02)
        bar.set_label("trial", color=INK, fontsize=9)
        bar.outline.set_visible(False)
    best = view.best
    if best is not None:
        point = [f"{name} {number(best.params[name])}" for name in names if name in best.params]
        describe(figure, f"{view.metric} over each hyperparameter; best at {', '.join(point)}.")
    return figure


def _slice(axes: Axes, view: StudySnapshot, scale: Scale, last: int) -> Any:
    shown = placed(view.complete(), scale)
    jitter = _jitter(len(shown)) if scale.options is not None else [0.0] * len(shown)
    best = view.best
    for (record, place), shift in zip(shown, jitter, strict=True):
        if best is not None and record.number == best.number:
            axes.plot(
                place + shift,
                record.values[0],
                "*",
                color=VERMILION,
                ms=13,
                zorder=4,
                clip_on=False,
            )
    dots = axes.scatter(
        [place + shift for (_, place), shift in zip(shown, jitter, strict=True)],
        [record.values[0] for record, _ in shown],
        c=[record.number for record, _ in shown],
        cmap=shades(),
        vmin=0,
        vmax=max(last, 1),
        s=26,
        edgecolors="white",
        linewidths=0.4,
        zorder=3,
    )
    mark(dots, [trial_mark(record, view.metric) for record, _ in shown])
    return dots


def _draw_pruned(axes: Axes, view: StudySnapshot, scale: Scale) -> None:
    """Draws pruned trials at their last value, or on the edge where that is far off."""
    stopped = placed(view.pruned(), scale)
    triangles = axes.scatter(
        [place for _, place in stopped],
        inside([record.values[0] for record, _ in stopped], axes.get_ylim()),
        marker="v",
        s=18,
        c=[ORANGE] * len(stopped),
        alpha=0.8,
    )
    mark(triangles, [trial_mark(record, view.metric) for record, _ in stopped])


def _jitter(count: int) -> list[float]:
    """Small shifts that are the same in every drawing."""
    return [0.3 * ((index * 0.618034) % 1.0 - 0.5) for index in range(count)]
