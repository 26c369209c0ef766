"""The figure of a comparison: a curve per arm with a band over the seeds, or a line over arms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pipelines.comparisons.comparison import Part
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
    """Draws a row of panels per part and a panel per curve, or one panel over the arms.

    Args:
        all_findings: The trainings of every part.

    Returns:
        The figure; lines are means over the seeds, bands reach from the lowest to the highest.
    """
    columns = max(_panels(findings.part) for findings in all_findings)
    most = max(len(findings.part.arms) for findings in all_findings)
    size = (5.6 * columns + 2.2, max(3.6, 0.26 * most + 0.8) * len(all_findings))
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(all_findings), columns, squeeze=False)
    for line, findings in zip(grid, all_findings, strict=True):
        panels = _panels(findings.part)
        if findings.part.over:
            _over_the_arms(line[0], findings)
        else:
            for axes, metric in zip(line, findings.part.shown, strict=False):
                _panel(axes, findings, metric)
        for axes in line[panels:]:
            axes.axis("off")
        line[panels - 1].legend(
            frameon=False, loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize="small"
        )
    return figure


def _panels(part: Part) -> int:
    return 1 if part.over else len(part.shown)


def _over_the_arms(axes: Any, findings: Findings) -> None:
    """One line per metric: its last value over the hyperparameter that the arms vary."""
    part = findings.part
    place = {arm: float(params[part.over]) for arm, params in part.arms.items()}
    for metric, color in zip(part.shown, _COLORS, strict=False):
        values = {arm: list(findings.values(arm, metric).values()) for arm in place}
        known = {place[arm]: np.array(found) for arm, found in values.items() if found}
        mean = np.array([found.mean() for found in known.values()])
        ends = [
            [middle - found.min() for middle, found in zip(mean, known.values(), strict=True)],
            [found.max() - middle for middle, found in zip(mean, known.values(), strict=True)],
        ]
        label = metric.replace("_", " ")
        axes.errorbar(list(known), mean, ends, color=color, marker="o", capsize=4, label=label)
    axes.set(xlabel=part.over.replace("_", " "), title=part.title, xscale="log")
    axes.set_xticks(list(place.values()), [f"{value:g}" for value in place.values()], minor=False)
    axes.minorticks_off()
    axes.grid(alpha=0.25)


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
