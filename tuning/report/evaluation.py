"""Figures of what the refitted winner did on the test rows, from what the study keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from tuning.report.marks import Mark, describe, mark
from tuning.report.style import legend, new_figure, tidy
from tuning.report.theme import BLUE, GREEN, GREY, INK, ORANGE
from tuning.report.values import number, plain, shorten


@dataclass(frozen=True)
class EvaluationEntry:
    """One figure of the winner.

    Attributes:
        title: Heading.
        caption: How to read it.
        draw: From what the study keeps under this name.
    """

    title: str
    caption: str
    draw: Callable[[Mapping[str, Any]], Figure]


def learning_figure(history: Mapping[str, Any]) -> Figure:
    """Draws loss and metrics of the refitted winner over its epochs.

    Args:
        history: Metric to one value per epoch; `val_` marks validation.
    """
    names = [name for name in history if not name.startswith("val_")] or list(history)
    figure = new_figure(max(4.4, 3.6 * len(names)), 3.4)
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        for key, color, label in ((name, BLUE, "training"), (f"val_{name}", ORANGE, "validation")):
            values = [np.nan if v is None else v for v in history.get(key, ())]
            if values:
                lines = axes.plot(
                    range(1, len(values) + 1), values, "o-", color=color, ms=3, label=label
                )
                mark(lines[0], [Mark(f"{label}: {name} {number(values[-1])} at the end")])
        tidy(axes, x="epoch", y=name.replace("_", " "))
        axes.xaxis.get_major_locator().set_params(integer=True)
        legend(axes)
    ends = ", ".join(f"{name} {number(values[-1])}" for name, values in history.items() if values)
    describe(figure, f"After {max(map(len, history.values()), default=0)} epochs: {ends}.")
    return figure


def confusion_figure(found: Mapping[str, Any]) -> Figure:
    """Draws the confusion matrix, or the most frequent confusions of many classes.

    Args:
        found: `classes`, and `counts` `[true class, predicted class]` or `pairs`, each a true
            class, a predicted class and a count.
    """
    if "pairs" in found:
        return _pairs_figure(found["pairs"])
    classes = [plain(shorten(str(name), 18)) for name in found["classes"]]
    counts = np.array(found["counts"])
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = min(2.2 + 0.42 * len(classes), 9)
    figure = new_figure(size + 0.8, size)
    axes = figure.subplots()
    for (row, column), count in np.ndenumerate(counts):
        part = share[row, column]
        cell = axes.fill_between([column - 0.5, column + 0.5], row - 0.5, row + 0.5, linewidth=0)
        cell.set_color(BLUE if row == column else ORANGE)
        cell.set_alpha(float(0.12 + 0.6 * part) if count else 0.0)
        told = f"{found['classes'][row]} taken for {found['classes'][column]}"
        mark(cell, [Mark(f"{told}: {count} of {counts[row].sum()} rows ({part:.1%})")])
        if count:
            axes.text(column, row, str(count), ha="center", va="center", color=INK, fontsize=8)
    long = max(map(len, classes), default=0) > 3
    axes.set_xticks(range(len(classes)), classes, rotation=45 if long else 0)
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlim=(-0.5, len(classes) - 0.5), ylim=(len(classes) - 0.5, -0.5))
    tidy(axes, x="predicted", y="true")
    axes.grid(visible=False)
    right = int(np.trace(counts))
    describe(figure, f"{right} of {counts.sum()} test rows are right. {_worst(found)}")
    return figure


def _worst(found: Mapping[str, Any]) -> str:
    counts = np.array(found["counts"])
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.sum():
        return "No class is confused with another."
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    pair = f"{found['classes'][row]} for {found['classes'][column]}"
    return f"Most often taken: {pair}, {wrong[row, column]} times."


def _pairs_figure(pairs: list[Any]) -> Figure:
    names = [f"{shorten(str(a), 20)} → {shorten(str(b), 20)}" for a, b, _ in pairs][::-1]
    counts = [int(count) for *_, count in pairs][::-1]
    figure = new_figure(8.0, max(2.2, 0.3 * len(pairs) + 1.0))
    axes = figure.subplots()
    bars = axes.barh([plain(name) for name in names], counts, color=ORANGE, height=0.65)
    for bar, name, count in zip(bars, names, counts, strict=True):
        mark(bar, [Mark(f"{name}: {count} rows")])
    tidy(axes, x="test rows of the class that were taken for the other one")
    axes.grid(visible=False, axis="y")
    told = ", ".join(f"{a} for {b} ({count})" for a, b, count in pairs[:5])
    describe(figure, f"The most frequent confusions: {told}.")
    return figure


def calibration_figure(found: Mapping[str, Any]) -> Figure:
    """Draws how often the winner is right, over how sure it says it is.

    Args:
        found: `confidence` and `accuracy` of each bin, its number of `rows`, and `error`, the
            expected calibration error.
    """
    figure = new_figure(5.6, 4.8)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as sure as right")
    rows = np.array(found["rows"])
    bins = list(zip(found["confidence"], found["accuracy"], found["rows"], strict=True))
    axes.plot(found["confidence"], found["accuracy"], color=BLUE, linewidth=1.4)
    dots = axes.scatter(
        found["confidence"],
        found["accuracy"],
        s=20 + 160 * rows / rows.max(),
        c=[BLUE] * len(rows),
        label="test rows; larger dots are more rows",
        zorder=3,
    )
    mark(dots, [Mark(f"{c:.0%} sure, {a:.0%} right ({n} rows)") for c, a, n in bins])
    lowest = min(*found["confidence"], *found["accuracy"])
    axes.set(xlim=(lowest - 0.05, 1.03), ylim=(lowest - 0.05, 1.03))
    tidy(axes, x="probability of the predicted class", y="share of right predictions")
    legend(axes)
    axes.get_legend().set_ncols(1)  # type: ignore[union-attr]
    describe(
        figure,
        "Expected calibration error "
        f"{found['error']:.3f}: the mean distance of probability and share of right predictions.",
    )
    return figure


def residuals_figure(found: Mapping[str, Any]) -> Figure:
    """Draws predictions over targets, and how what is left is distributed.

    Args:
        found: `truth` and `predicted` of test rows, and `rows`, how many there are in all.
    """
    truth, predicted = np.array(found["truth"]), np.array(found["predicted"])
    figure = new_figure(9.0, 4.2)
    left, right = figure.subplots(1, 2)
    ends = [min(truth.min(), predicted.min()), max(truth.max(), predicted.max())]
    left.plot(ends, ends, color=GREY, linestyle="--")
    dots = left.scatter(truth, predicted, s=12, c=[BLUE] * len(truth), alpha=0.55)
    mark(
        dots,
        [
            Mark(f"{number(a)}, predicted {number(b)}")
            for a, b in zip(truth, predicted, strict=True)
        ],
    )
    tidy(left, x="true", y="predicted")
    right.hist(predicted - truth, bins=30, color=GREEN)
    tidy(right, x="predicted − true", y="rows")
    middle = number(float(np.median(np.abs(predicted - truth))))
    describe(figure, f"Half of {found['rows']} test rows are predicted within {middle}.")
    return figure


EVALUATIONS: dict[str, EvaluationEntry] = {
    "learning": EvaluationEntry(
        "Training of the winner",
        "Refitted on training and validation rows for the epochs that were best; on training rows "
        "alone where a `fit` of one's own asks for validation rows. Else validation rows are among "
        "what it is trained on, where they are drawn.",
        learning_figure,
    ),
    "confusion": EvaluationEntry(
        "Confusion matrix",
        "Test rows of each class (lines) by what the winner takes them for (columns).",
        confusion_figure,
    ),
    "calibration": EvaluationEntry(
        "Calibration",
        "Below the dashed line the winner is surer than it is right.",
        calibration_figure,
    ),
    "residuals": EvaluationEntry(
        "Residuals", "Test rows: predictions over targets, and what is left.", residuals_figure
    ),
}
