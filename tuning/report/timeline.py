"""Which worker ran which trial when."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from matplotlib.figure import Figure

from tuning.report.marks import Mark, describe, mark
from tuning.report.style import COLOR_OF, empty_figure, legend, new_figure, tidy
from tuning.report.theme import INK
from tuning.report.values import duration, time_unit
from tuning.report.view import StudySnapshot
from tuning.storage.records import COMPLETE, FAILED, RUNNING, TrialRecord

# A worker is given its next trial a moment before the end of the last one is written.
_MOMENT = timedelta(seconds=0.5)


def timeline_figure(view: StudySnapshot) -> Figure:
    """Draws which worker ran which trial when."""
    shown = [r for r in view.records if r.started is not None]
    if not shown:
        return empty_figure("No trial has started yet.")
    lanes = _lanes(shown)
    end = max(view.seconds(r.finished or r.started) for r in shown)
    unit, label = time_unit(end)
    count = len(set(lanes.values()))
    figure = new_figure(10.0, max(2.2, 0.5 * count + 1.4))
    axes = figure.subplots()
    labelled: set[str] = set()
    for record in shown:
        start = view.seconds(record.started) / unit
        stop = end / unit if record.finished is None else view.seconds(record.finished) / unit
        width = max(stop - start, 0.002 * end / unit)
        bars = axes.barh(
            lanes[record.number],
            width,
            left=start,
            height=0.72,
            color=COLOR_OF[record.state],
            edgecolor="white",
            linewidth=0.8,
            hatch={FAILED: "xx", RUNNING: ".."}.get(record.state),
            label=None if record.state in labelled else record.state,
        )
        labelled.add(record.state)
        taken = duration((stop - start) * unit)
        mark(bars[0], [Mark(f"trial {record.number}: {record.state}, {taken}", record.number)])
        if width > 0.018 * end / unit and record.state != FAILED:
            axes.text(
                start + width / 2,
                lanes[record.number],
                str(record.number),
                ha="center",
                va="center",
                fontsize=8,
                color="white" if record.state == COMPLETE else INK,
            )
    tidy(axes, x=f"time since the start ({label})", y="worker")
    axes.grid(visible=False, axis="y")
    axes.set_yticks(sorted(set(lanes.values())))
    axes.set_ylim(-0.6, max(lanes.values()) + 0.6)
    legend(axes)
    busy = sum(r.duration or 0.0 for r in shown) / max(end * count, 1e-9)
    describe(figure, f"{len(shown)} trials on {count} workers, which were busy {min(busy, 1):.0%}.")
    return figure


def _lanes(records: list[TrialRecord]) -> dict[int, int]:
    """Rows of the trials: their worker, or the first row that is free when nobody noted it.

    Every process that searches counts its own workers from 0. Where several search one study, a
    number is that of several workers, and says nothing.
    """
    if all(record.worker is not None for record in records) and _one_at_a_time(records):
        return {record.number: int(record.worker or 0) for record in records}
    free: list[datetime] = []
    lanes: dict[int, int] = {}
    for record in sorted(records, key=lambda r: (r.started, r.number)):
        started, ended = record.started or datetime.min, record.finished or datetime.max
        row = next((i for i, since in enumerate(free) if since <= started), len(free))
        free[row : row + 1] = [ended]
        lanes[record.number] = row
    return lanes


def _one_at_a_time(records: list[TrialRecord]) -> bool:
    """Whether no worker has a trial while it still has another one."""
    ordered = sorted(records, key=lambda r: (r.worker, r.started, r.number))
    return all(
        (later.started or datetime.min) >= (earlier.finished or datetime.max) - _MOMENT
        for earlier, later in pairwise(ordered)
        if earlier.worker == later.worker
    )
