"""The first metric over the two most important parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation

from tuning.report.importance import by_importance
from tuning.report.marks import describe, mark, trial_mark
from tuning.report.scales import Scale, scale_of
from tuning.report.style import empty_figure, legend, new_figure, robust_limits, shades, tidy
from tuning.report.theme import INK, ORANGE, VERMILION
from tuning.report.values import number, plain
from tuning.report.view import StudySnapshot
from tuning.storage.records import PRUNED, TrialRecord

_NOTHING = "No trial is complete yet."


def contour_figure(view: StudySnapshot) -> Figure:
    """Draws the first metric over the two most important parameters."""
    complete = view.complete()
    # A conditional parameter that few trials have shows next to nothing.
    names = [n for n in by_importance(view) if 2 * _count(complete, n) >= len(complete)]
    if len(names) < 2:
        return empty_figure("A contour needs two parameters.")
    across, up = scale_of(view, names[0]), scale_of(view, names[1])
    points = _placed(complete, across, up)
    if not points:
        return empty_figure(_NOTHING)
    figure = new_figure(7.2, 5.2)
    axes = figure.subplots()
    values = [record.values[0] for record, _, _ in points]
    limits = robust_limits(values) or (min(values), max(values))
    if limits[0] == limits[1]:
        limits = (limits[0] - 0.5, limits[1] + 0.5)
    colors = shades(reverse=not view.maximize)
    _fill(axes, across, up, points, np.linspace(*limits, 13), colors)
    dots = axes.scatter(
        [x for _, x, _ in points],
        [y for _, _, y in points],
        c=values,
        cmap=colors,
        vmin=limits[0],
        vmax=limits[1],
        s=42,
        edgecolors="white",
        linewidths=0.9,
        zorder=3,
    )
    mark(dots, [trial_mark(record, view.metric) for record, _, _ in points])
    _draw_pruned(axes, view, across, up)
    best = view.best
    if best is not None:
        pair = ", ".join(f"{name} {number(best.params.get(name))}" for name in names[:2])
        reached = f"{view.metric} {number(best.values[0])}, of trial {best.number}"
        describe(figure, f"{view.metric} over {names[0]} and {names[1]}; {reached}, at {pair}.")
    for record, x, y in points:
        if best is not None and record.number == best.number:
            label = f"best: {number(record.values[0])}"
            axes.plot(x, y, "*", color=VERMILION, ms=17, mec="white", zorder=4, label=label)
    tidy(axes, x=names[0], y=names[1])
    across.dress(axes)
    up.dress(axes, vertical=True)
    if len(points) > 1:
        bar = figure.colorbar(dots, ax=axes, pad=0.02)
        bar.set_label(plain(view.metric), color=INK, fontsize=10)
    legend(axes)
    return figure


def _placed(
    records: Sequence[TrialRecord], across: Scale, up: Scale
) -> list[tuple[TrialRecord, float, float]]:
    """Trials that have both parameters, with their places."""
    known = [r for r in records if across.name in r.params and up.name in r.params]
    places = [(r, across.place(r.params[across.name]), up.place(r.params[up.name])) for r in known]
    return [(r, x, y) for r, x, y in places if x is not None and y is not None]


def _draw_pruned(axes: Axes, view: StudySnapshot, across: Scale, up: Scale) -> None:
    """Marks where trials were pruned: their last value is not comparable, their place is."""
    stopped = _placed(view.of_state(PRUNED), across, up)
    dots = axes.scatter(
        [x for _, x, _ in stopped],
        [y for _, _, y in stopped],
        marker="v",
        s=22,
        c=[ORANGE] * len(stopped),
        edgecolors="white",
        linewidths=0.5,
        label="pruned" if stopped else None,
        zorder=2.5,
    )
    mark(dots, [trial_mark(record, view.metric) for record, _, _ in stopped])


def _fill(axes: Axes, across: Scale, up: Scale, points: Any, levels: Any, colors: Any) -> None:
    """Fills the area between the trials, where both parameters are numbers."""
    if across.options is not None or up.options is not None or len(points) < 6:
        return
    flat = [(across.unit(x), up.unit(y), x, y, record.values[0]) for record, x, y in points]
    unique = list({(u, v): (u, v, x, y, z) for u, v, x, y, z in flat}.values())
    table = np.array(unique, dtype=float)
    if len(table) < 4 or np.ptp(table[:, 0]) == 0 or np.ptp(table[:, 1]) == 0:
        return
    try:
        triangles = Triangulation(table[:, 0], table[:, 1]).triangles
    except (RuntimeError, ValueError):  # all points on one line
        return
    mesh = Triangulation(table[:, 2], table[:, 3], triangles)
    axes.tricontourf(mesh, table[:, 4], levels=levels, cmap=colors, extend="both", alpha=0.75)


def _count(records: list[TrialRecord], name: str) -> int:
    return sum(name in record.params for record in records)
