"""One look for all figures, without pyplot and its global state."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from tuning.report.marks import StudyFigure, describe
from tuning.report.theme import (
    BLUE,
    GREEN,
    GREY,
    GRID,
    INK,
    MUTED,
    ORANGE,
    PAGE,
    PURPLE,
    SHADES,
    SKY,
    VERMILION,
)
from tuning.report.values import plain, shorten
from tuning.storage.records import COMPLETE, FAILED, PRUNED, RUNNING, WAITING

COLORS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, INK)
BROKEN = "breaks a constraint"  # a complete trial that cannot win
COLOR_OF = {COMPLETE: BLUE, PRUNED: ORANGE, FAILED: VERMILION, RUNNING: SKY, WAITING: GREY}
COLOR_OF |= {BROKEN: PURPLE}
MARKER_OF = {COMPLETE: "o", PRUNED: "v", FAILED: "x", RUNNING: ">", WAITING: ".", BROKEN: "s"}


def new_figure(width: float = 8.0, height: float = 4.5) -> StudyFigure:
    """Makes an empty figure, sizes in inches."""
    return StudyFigure(figsize=(width, height), layout="constrained", facecolor=PAGE)


def shades(*, reverse: bool = False) -> ListedColormap:
    """Colours of values, of which the page knows each; `reverse` where smaller is better."""
    return ListedColormap(SHADES[::-1] if reverse else SHADES)


def tidy(axes: Axes, *, x: str = "", y: str = "", title: str = "") -> None:
    """Gives axes the common look.

    Args:
        axes: The axes.
        x: Label, shortened when it is long.
        y: Label.
        title: Title.
    """
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.grid(visible=True, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=9)
    axes.set_xlabel(plain(shorten(x, 60)), color=INK, fontsize=10)
    axes.set_ylabel(plain(shorten(y, 40)), color=INK, fontsize=10)
    if title:
        axes.set_title(plain(title), color=INK, fontsize=11, loc="left")


def empty_figure(reason: str) -> StudyFigure:
    """A figure that says why there is nothing to draw."""
    figure = new_figure(8.0, 2.0)
    describe(figure, reason)
    axes = figure.subplots()
    axes.axis("off")
    axes.text(0.5, 0.5, reason, ha="center", va="center", color=MUTED, fontsize=12)
    return figure


def robust_limits(values: Sequence[float]) -> tuple[float, float] | None:
    """Finds limits that a few extreme values do not stretch.

    Args:
        values: Finite numbers.

    Returns:
        Lower and upper limit, or None when all values fit well together.

    Example:
        >>> robust_limits([0.9, 0.91, 0.92, 0.93, 0.94, 0.95]) is None
        True
        >>> low, high = robust_limits([0.9, 0.91, 0.92, 0.93, 0.94, 250.0])
        >>> high < 2
        True
    """
    if len(values) < 5:
        return None
    ordered = sorted(values)
    quarter = len(ordered) // 4
    low, high = ordered[quarter], ordered[-1 - quarter]
    spread = high - low
    if spread <= 0 or ordered[-1] - ordered[0] <= 10 * spread:
        return None
    lower = max(ordered[0], low - 3 * spread)
    upper = min(ordered[-1], high + 3 * spread)
    margin = 0.05 * (upper - lower)
    return lower - margin, upper + margin


def focus(axes: Axes, complete: Sequence[float], others: Sequence[float], *, up: bool) -> None:
    """Limits the y axis to where complete trials are, with some room on the worse side.

    Args:
        axes: The axes.
        complete: Values of complete trials, at least one.
        others: Values of pruned trials; how many of them lie outside is said.
        up: Whether larger is better.
    """
    low, high = robust_limits(complete) or (min(complete), max(complete))
    span = high - low
    if span <= 0:
        return
    worse, better = 0.5 * span, 0.12 * span
    low, high = (low - worse, high + better) if up else (low - better, high + worse)
    low = max(low, min([*complete, *others]) - 0.12 * span)
    high = min(high, max([*complete, *others]) + 0.12 * span)
    axes.set_ylim(low, high)
    outside = sum(not low <= value <= high for value in [*complete, *others])
    if outside:
        note = f"{outside} beyond the axis"
        height = 0.08 if up else 0.94
        axes.text(0.99, height, note, transform=axes.transAxes, ha="right", color=MUTED, fontsize=8)


def inside(values: Sequence[float], limits: tuple[float, float]) -> list[float]:
    """Moves values that lie beyond an axis to its edge, where they are seen.

    Args:
        values: Finite numbers.
        limits: The settled limits of the axis.
    """
    low, high = limits
    margin = 0.025 * (high - low)
    return [min(max(value, low + margin), high - margin) for value in values]


def apply_robust_limits(axes: Axes, values: Sequence[float]) -> None:
    """Limits the y axis when few values would stretch it, and says how many are outside."""
    limits = robust_limits(values)
    if limits is None:
        return
    outside = sum(not limits[0] <= value <= limits[1] for value in values)
    axes.set_ylim(*limits)
    note = f"{outside} beyond the axis"
    axes.text(0.99, 0.02, note, transform=axes.transAxes, ha="right", color=MUTED, fontsize=8)


def legend(axes: Axes) -> None:
    """Adds a legend above the axes, where it hides no data, when there is something to name."""
    handles, _ = axes.get_legend_handles_labels()
    if handles:
        axes.legend(
            frameon=False,
            fontsize=9,
            labelcolor=INK,
            loc="lower left",
            bbox_to_anchor=(-0.01, 1.0),
            borderaxespad=0.2,
            handletextpad=0.5,
            columnspacing=1.4,
            ncols=5,
        )
