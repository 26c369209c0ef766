"""The course of a search: every trial, the best so far, the epochs."""

from __future__ import annotations

import itertools

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tuning.report.marks import describe, mark, trial_mark
from tuning.report.style import (
    BROKEN,
    COLOR_OF,
    MARKER_OF,
    apply_robust_limits,
    empty_figure,
    focus,
    inside,
    legend,
    new_figure,
    tidy,
)
from tuning.report.theme import BLUE, GREEN, GREY, INK, ORANGE, VERMILION
from tuning.report.values import number, time_unit
from tuning.report.view import StudySnapshot
from tuning.storage.records import COMPLETE, FAILED, PRUNED, TrialRecord

_NOTHING = "No trial is complete yet."
_MANY = 60


def incumbent(view: StudySnapshot, objective: int = 0) -> list[tuple[TrialRecord, float]]:
    """The best value after each complete and feasible trial.

    Args:
        view: The study.
        objective: Which metric, from 0.

    Returns:
        The trials in the order of their end, each with the best value until then.
    """
    maximize, curve = view.metrics[objective][1], []
    best: float | None = None
    usable = {r.number for r in view.complete(objective) if r.feasible}
    for record in view.finished:
        if record.number in usable:
            value = record.values[objective]
            better = best is None or (value > best if maximize else value < best)
            best = value if better or best is None else best
            curve.append((record, best))
    return curve


def history_figure(view: StudySnapshot) -> Figure:
    """Draws every trial's value over its number, and the best so far."""
    if not view.complete():
        return empty_figure(_NOTHING)
    figure = new_figure(8.0, 3.6 * len(view.metrics) + 0.6)
    rows = figure.subplots(len(view.metrics), 1, squeeze=False, sharex=True)[:, 0]
    for index, axes in enumerate(rows):
        complete, pruned = view.complete(index), view.pruned(index)
        kept = [record for record in complete if record.feasible]
        broken = [record for record in complete if not record.feasible]
        _draw_trials(axes, view, pruned, objective=index, label="pruned (last report)")
        _draw_trials(axes, view, kept, objective=index, label=COMPLETE)
        _draw_trials(axes, view, broken, objective=index, label=BROKEN)
        _draw_best(axes, view, index)
        if complete:
            values = ([r.values[index] for r in group] for group in (complete, pruned))
            focus(axes, *values, up=view.metrics[index][1])
        _mark_edges(axes, view, index)
        name = view.metrics[index][0]
        tidy(axes, x="trial" if index == len(rows) - 1 else "", y=name)
        axes.set_xlim(-0.7, max(len(view.records), 2) - 0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
        legend(axes)
    describe(figure, _course(view))
    return figure


def _draw_trials(
    axes: Axes, view: StudySnapshot, shown: list[TrialRecord], *, objective: int, label: str
) -> None:
    """Draws trials of one kind over their numbers."""
    state = label.partition(" (")[0]
    dots = axes.scatter(
        [record.number for record in shown],
        [record.values[objective] for record in shown],
        c=[COLOR_OF[state]] * len(shown),
        marker=MARKER_OF[state],
        s=34 if len(view.records) <= _MANY else 14,
        alpha=0.9,
        label=label if shown else None,
        zorder=3,
    )
    name = view.metrics[objective][0]
    mark(dots, [trial_mark(record, name, objective) for record in shown])


def _course(view: StudySnapshot) -> str:
    """The trials in one sentence."""
    values = [record.values[0] for record in view.complete()]
    span = f"from {number(min(values))} to {number(max(values))}"
    stopped = f", {len(view.of_state(PRUNED))} pruned, {len(view.of_state(FAILED))} failed"
    best = "" if view.best is None else f"; the best is trial {view.best.number}"
    return f"{view.metric} of {len(values)} complete trials, {span}{stopped}{best}."


def _mark_edges(axes: Axes, view: StudySnapshot, objective: int) -> None:
    """Marks, on the edge of the axes, trials that failed or were pruned beyond its limits."""
    low, high = axes.get_ylim()
    hidden = [
        r.number
        for r in view.of_state(PRUNED)
        if len(r.values) <= objective or not low <= r.values[objective] <= high
    ]
    edge = axes.get_xaxis_transform()
    height = 0.03 if view.metrics[objective][1] else 0.97
    if hidden:  # an empty line that is not clipped upsets the layout
        heights = [height] * len(hidden)
        marks = axes.plot(hidden, heights, "v", transform=edge, mec=ORANGE, mfc="none")
        marks[0].set_clip_on(False)
    failed = [r.number for r in view.of_state(FAILED)]
    label = "failed" if failed else None
    axes.plot(failed, [height] * len(failed), "x", transform=edge, color=VERMILION, label=label)


def _draw_best(axes: Axes, view: StudySnapshot, objective: int) -> None:
    """Draws the best value among the trials up to each number, whenever they ended."""
    pick = max if view.metrics[objective][1] else min
    usable = [record for record in view.complete(objective) if record.feasible]
    best = list(itertools.accumulate((record.values[objective] for record in usable), pick))
    numbers = [record.number for record in usable]
    axes.step(numbers, best, where="post", color=GREEN, linewidth=2, label="best so far")


def incumbent_figure(view: StudySnapshot) -> Figure:
    """Draws the best value over the wall time of the search."""
    curve = incumbent(view)
    if not curve:
        return empty_figure(_NOTHING)
    end = max(view.seconds(record.finished) for record in view.finished)
    unit, label = time_unit(end)
    figure = new_figure(8.0, 4.0)
    axes = figure.subplots()
    times = [view.seconds(record.finished) / unit for record, _ in curve]
    stopped = view.pruned()
    complete = [record for record, _ in curve]
    _draw_ends(axes, view, complete, unit=unit, color=GREY, marker="o", label="complete trial")
    values = [value for _, value in curve]
    axes.step(
        [*times, end / unit],
        [*values, values[-1]],
        where="post",
        color=BLUE,
        linewidth=2,
        label="best so far",
        zorder=3,
    )
    changes = [0] + [i for i in range(1, len(values)) if values[i] != values[i - 1]]
    axes.scatter([times[i] for i in changes], [values[i] for i in changes], color=BLUE, zorder=4)
    last = changes[-1]
    axes.annotate(
        f"trial {curve[last][0].number}: {number(values[last])}",
        (times[last], values[last]),
        textcoords="offset points",
        xytext=(0, 8 if view.maximize else -14),
        ha="right" if times[last] > 0.6 * end / unit else "left",
        color=INK,
        fontsize=9,
    )
    axes.margins(y=0.12)
    pruned = [record.values[0] for record in stopped]
    focus(axes, [record.values[0] for record in complete], pruned, up=view.maximize)
    _draw_ends(axes, view, stopped, unit=unit, color=ORANGE, marker="v", label="pruned")
    reached = f"{number(values[last])}, of trial {curve[last][0].number}"
    when = f"after {times[last]:.1f} of {end / unit:.1f} {label}"
    describe(figure, f"The best {view.metric} is {reached}, found {when}.")
    tidy(axes, x=f"time since the start ({label})", y=view.metric)
    legend(axes)
    return figure


def _draw_ends(
    axes: Axes,
    view: StudySnapshot,
    members: list[TrialRecord],
    *,
    unit: float,
    color: str,
    marker: str,
    label: str,
) -> None:
    """Draws trials at their end, at their last value or on the edge where that is far off."""
    values = [record.values[0] for record in members]
    dots = axes.scatter(
        [view.seconds(record.finished) / unit for record in members],
        inside(values, axes.get_ylim()) if label == "pruned" else values,
        c=[color] * len(members),
        marker=marker,
        s=16,
        label=label if members else None,
        zorder=2,
    )
    mark(dots, [trial_mark(record, view.metric) for record in members])


def curves_figure(view: StudySnapshot) -> Figure:
    """Draws the reported values of every trial over its epochs, the best trial in front."""
    name = _curve_metric(view)
    shown = [r for r in view.records if name is not None and r.history.get(name)]
    if name is None or not shown:
        return empty_figure("No trial has reported values per epoch.")
    figure = new_figure(8.0, 4.5)
    axes = figure.subplots()
    best, labelled, values = view.best, set(), []
    for record in shown:
        steps = record.history.get("step") or range(len(record.history[name]))
        line = [float("nan") if v is None else float(v) for v in record.history[name]]
        values += [v for v in line if abs(v) < float("inf")]
        is_best = best is not None and record.number == best.number
        label = f"best, trial {record.number}" if is_best else record.state
        lines = axes.plot(
            list(steps),
            line,
            color=GREEN if is_best else COLOR_OF[record.state],
            linewidth=2.6 if is_best else 1.0,
            alpha=1.0 if is_best else 0.55 if len(shown) <= _MANY else 0.25,
            linestyle="--" if record.state == PRUNED else "-",
            marker="o" if len(line) <= 2 else None,
            markersize=4,
            zorder=4 if is_best else 2,
            label=None if label in labelled else label,
        )
        labelled.add(label)
        mark(lines[0], [trial_mark(record, view.metric)])
        if record.state in (PRUNED, FAILED):
            end = "v" if record.state == PRUNED else "x"
            axes.plot(steps[-1], line[-1], end, color=COLOR_OF[record.state], markersize=5)
    apply_robust_limits(axes, values)
    tidy(axes, x="epoch or step", y=name)
    legend(axes)
    stopped = sum(record.state == PRUNED for record in shown)
    told = f"{name} of {len(shown)} trials over their epochs, {stopped} of them pruned"
    describe(figure, told + ("." if best is None else f"; the best is trial {best.number}."))
    return figure


def _curve_metric(view: StudySnapshot) -> str | None:
    names = [name for record in view.records for name in record.history if name != "step"]
    if view.metric in names:
        return view.metric
    return names[0] if names else None
