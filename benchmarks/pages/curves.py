"""The curves of a record's epochs as SVG, written here so that equal records give equal files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from matplotlib.ticker import MaxNLocator

from pipelines.recipes.record import Record
from tuning.report.theme import BLUE, GRID, MUTED, PAGE, VERMILION

WIDTH, HEIGHT = 360, 240  # pixels of one panel
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 34, 40
KINDS: Mapping[str, tuple[str, str]] = {"": ("training", BLUE), "val_": ("validation", VERMILION)}


def draw_curves(record: Record, metric: str) -> str:
    """One panel for the metric and one for the loss: training and validation rows, every seed.

    Args:
        record: With a history of two epochs or more.
        metric: That of the recipe, with or without `val_`.

    Returns:
        An SVG document; it has one polyline for each course of a seed.
    """
    names = list(dict.fromkeys([metric.removeprefix("val_"), "loss"]))
    names = [name for name in names if name in record.history[0]]
    size = f"{WIDTH * len(names)} {HEIGHT}"
    panels = "\n".join(_panel(record, name, WIDTH * n) for n, name in enumerate(names))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
        'font-family="sans-serif" font-size="11">\n'
        f"<title>{escape(record.recipe)}: {escape(' and '.join(names))} by epoch</title>\n"
        f'<rect width="100%" height="100%" fill="{PAGE}"/>\n{panels}\n</svg>\n'
    )


def has_curves(record: Record | None) -> bool:
    """Whether a record has epochs to draw.

    Args:
        record: A record, or None.
    """
    return record is not None and any(len(run.get("loss", ())) > 1 for run in record.history)


@dataclass(frozen=True, kw_only=True)
class _Axes:
    """Where epochs and values lie on the drawing."""

    left: float
    epochs: int
    low: float
    high: float

    def x(self, epoch: float) -> float:
        return self.left + LEFT + (epoch - 1) / (self.epochs - 1) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _panel(record: Record, name: str, left: float) -> str:
    courses = [
        (kind, run[kind + name]) for run in record.history for kind in KINDS if kind + name in run
    ]
    values = [value for _, course in courses for value in course if math.isfinite(value)]
    epochs = max(len(course) for _, course in courses)
    axes = _Axes(left=left, epochs=epochs, low=min(values), high=max(values))
    lines = [_line(axes, course, KINDS[kind][1]) for kind, course in courses]
    return "\n".join([*_frame(axes, name), *lines])


def _line(axes: _Axes, course: Sequence[float], color: str) -> str:
    points = " ".join(
        f"{axes.x(epoch):.1f},{axes.y(value):.1f}"
        for epoch, value in enumerate(course, start=1)
        if math.isfinite(value)
    )
    return f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.5"/>'


def _frame(axes: _Axes, name: str) -> Iterator[str]:
    """Ticks with their lines, the names of the axes and the legend."""
    right, bottom = axes.x(axes.epochs), HEIGHT - BOTTOM
    for tick in _ticks(axes.low, axes.high):
        y = axes.y(tick)
        yield f'<path d="M{axes.x(1):.1f} {y:.1f}H{right:.1f}" stroke="{GRID}"/>'
        yield _text(axes.x(1) - 6, y + 4, f"{tick:.4g}", anchor="end")
    for tick in _ticks(1, axes.epochs, whole=True):
        yield _text(axes.x(tick), bottom + 15, f"{tick:.0f}", anchor="middle")
    yield _text((axes.x(1) + right) / 2, bottom + 31, "epoch", anchor="middle")
    yield _text(axes.x(1), 18, name, anchor="start")
    for place, (kind, color) in enumerate(KINDS.values()):
        yield _text(right - 65 * (1 - place), 18, kind, anchor="end", color=color)


def _ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    found = MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=whole).tick_values(low, high)
    return [float(tick) for tick in found if low <= tick <= high]


def _text(x: float, y: float, text: str, *, anchor: str, color: str = MUTED) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{escape(text)}</text>'
    )
