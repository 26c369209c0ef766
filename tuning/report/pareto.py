"""Several metrics: which trials no other one beats."""

from __future__ import annotations

import itertools
import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tuning.report.marks import describe, mark, trial_mark
from tuning.report.style import (
    BROKEN,
    COLOR_OF,
    MARKER_OF,
    empty_figure,
    inside,
    legend,
    new_figure,
    tidy,
)
from tuning.report.theme import BLUE, GREY, ORANGE
from tuning.report.values import number
from tuning.report.view import StudySnapshot
from tuning.storage.records import PRUNED, TrialRecord

_NOTHING = "No trial is complete yet."


def pareto_figure(view: StudySnapshot) -> Figure:
    """Draws each pair of metrics: the Pareto front, other trials, and where pruned ones stood."""
    if len(view.metrics) < 2:
        return empty_figure("A Pareto front needs two metrics.")
    records = [r for r in view.complete() if all(math.isfinite(v) for v in r.values)]
    if not records:
        return empty_figure(_NOTHING)
    front = view.front
    pairs = list(itertools.combinations(range(len(view.metrics)), 2))[:6]
    columns = min(3, len(pairs))
    rows = math.ceil(len(pairs) / columns)
    figure = new_figure(7.0 if len(pairs) == 1 else 4.4 * columns, 4.6 * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    for index, axes in enumerate(grid.flat):
        if index >= len(pairs):
            axes.axis("off")
            continue
        _pair(axes, view, records, front, pairs[index])
    points = [f"trial {r.number} ({', '.join(map(number, r.values))})" for r in front[:12]]
    names = ", ".join(name for name, _ in view.metrics)
    stopped = len(view.of_state(PRUNED))
    others = f" {stopped} trials were pruned." if stopped else ""
    describe(figure, f"{len(front)} trials on the front of {names}: {', '.join(points)}.{others}")
    return figure


def _pair(
    axes: Axes,
    view: StudySnapshot,
    records: list[TrialRecord],
    front: list[TrialRecord],
    pair: tuple[int, int],
) -> None:
    first = pair[0]
    on_front = {record.number for record in front}
    groups = (
        ("dominated", [r for r in records if r.feasible and r.number not in on_front], GREY, "o"),
        (BROKEN, [r for r in records if not r.feasible], COLOR_OF[BROKEN], MARKER_OF[BROKEN]),
        ("Pareto front", front, BLUE, "o"),
    )
    for label, members, color, marker in groups:
        if members:
            x, y = ([r.values[i] for r in members] for i in pair)
            dots = axes.scatter(
                x, y, c=[color] * len(members), marker=marker, s=30, label=label, zorder=3
            )
            name = view.metrics[first][0]
            mark(dots, [trial_mark(record, name, first) for record in members])
    if len(view.metrics) == 2:
        ordered = sorted(front, key=lambda record: record.values[first])
        x, y = ([r.values[i] for r in ordered] for i in pair)
        axes.step(x, y, where="pre" if view.metrics[first][1] else "post", color=BLUE, alpha=0.5)
    names = [f"{view.metrics[i][0]} ({'max' if view.metrics[i][1] else 'min'})" for i in pair]
    tidy(axes, x=names[0], y=names[1])
    _draw_pruned(axes, view, pair)
    legend(axes)


def _draw_pruned(axes: Axes, view: StudySnapshot, pair: tuple[int, int]) -> None:
    """Draws pruned trials at their last reports, on the edges where these are far off.

    A trial that has reported one of the two metrics stands on the edge of the other one, on its
    worse side: what is no curve, as the number of parameters, only complete trials have.
    """
    limits = axes.get_xlim(), axes.get_ylim()
    stopped = sorted({r.number: r for i in pair for r in view.pruned(i)}.items())
    places = [
        [
            r.values[i] if math.isfinite(r.values[i]) else ends[0 if view.metrics[i][1] else 1]
            for _, r in stopped
        ]
        for i, ends in zip(pair, limits, strict=True)
    ]
    dots = axes.scatter(
        inside(places[0], limits[0]),
        inside(places[1], limits[1]),
        marker="v",
        s=22,
        c=[ORANGE] * len(stopped),
        label="pruned (last reports)" if stopped else None,
        zorder=2.5,
    )
    axes.set(xlim=limits[0], ylim=limits[1])
    first = pair[0]
    mark(dots, [trial_mark(record, view.metrics[first][0], first) for _, record in stopped])
