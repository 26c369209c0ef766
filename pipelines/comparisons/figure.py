"""The figure of a comparison: one curve per arm with a band over the seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pipelines.comparisons.training import Findings
from pipelines.figures import GREY, point_marker

# Okabe and Ito's palette without yellow, which is too pale for lines; styles tell the rest apart.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_STYLES = ("-", "--", ":")


def bands(findings: Findings, arm: str, metric: str) -> dict[str, list[float]] | None:
    """Mean, lowest and highest curve of an arm over its seeds.

    Args:
        findings: All trainings of a part.
        arm: Name of the arm.
        metric: Name of the curve.

    Returns:
        `x`, `mean`, `low` and `high`, one value per point that every seed has; `None` if all
        seeds diverged or the curve was not measured.
    """
    runs = [run for run in findings.results[arm].values() if metric in run.curves]
    if not runs:
        return None
    points = min(len(run.curves[metric]) for run in runs)
    values = np.array([run.curves[metric][:points] for run in runs], np.float64)
    return {
        "x": list(runs[0].x[:points]),
        "mean": values.mean(axis=0).tolist(),
        "low": values.min(axis=0).tolist(),
        "high": values.max(axis=0).tolist(),
    }


def comparison_figure(all_findings: Sequence[Findings]) -> Figure:
    """Draws a row of panels per part and a panel per curve.

    Args:
        all_findings: The trainings of every part.

    Returns:
        The figure; lines are means over the seeds, bands reach from the lowest to the highest.
    """
    columns = max(len(findings.part.shown) for findings in all_findings)
    most = max(len(findings.part.arms) for findings in all_findings)
    size = (5.6 * columns + 2.2, max(3.6, 0.26 * most + 0.8) * len(all_findings))
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(all_findings), columns, squeeze=False)
    for line, findings in zip(grid, all_findings, strict=True):
        shown = findings.part.shown
        for axes, metric in zip(line, shown, strict=False):
            _panel(axes, findings, metric)
        for axes in line[len(shown) :]:
            axes.axis("off")
        line[len(shown) - 1].legend(
            frameon=False, loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize="small"
        )
    return figure


def _panel(axes: Any, findings: Findings, metric: str) -> None:
    part = findings.part
    for index, arm in enumerate(part.arms):
        band = bands(findings, arm, metric)
        color = _COLORS[index % len(_COLORS)]
        style = _STYLES[index // len(_COLORS) % len(_STYLES)]
        note = " (diverged)" if findings.diverged(arm) else ""
        x, mean = ([], []) if band is None else (band["x"], band["mean"])
        marker = point_marker(len(x))
        label = f"{arm}{note}"
        axes.plot(
            x, mean, style, color=color, label=label, linewidth=1.4, marker=marker, markersize=4
        )
        if band is None:
            continue
        low, high = np.array(band["low"]), np.array(band["high"])
        axes.fill_between(x, low, high, color=color, alpha=0.15, linewidth=0)
        if len(x) == 1:
            # A band of one point has no width.
            middle = np.array(mean)
            axes.errorbar(x, mean, [middle - low, high - middle], color=color, capsize=4)
    if part.reference:
        height, label = part.reference
        axes.axhline(height, color=GREY, linewidth=1, linestyle="-.", label=label)
    name = metric.replace("_", " ")
    axes.set(xlabel=part.x, title=f"{part.title}: {name}" if part.title else name)
    if part.log_x:
        axes.set_xscale("log")
    else:
        axes.xaxis.get_major_locator().set_params(integer=True)
    if part.log_y:
        axes.set_yscale("log")
    axes.grid(alpha=0.25)
