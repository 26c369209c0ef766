"""Figures of single trainings; those of searches are in `tuning.report`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart by colour-blind readers as well.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"


def history_figure(history: Mapping[str, Sequence[float]]) -> Figure:
    """Training and validation curves, one panel per metric.

    Args:
        history: Metric name to one value per epoch; `val_` marks validation.

    Returns:
        The figure.

    Example:
        >>> figure = history_figure({"loss": [2.0, 1.0], "val_loss": [2.1, 1.2]})
        >>> len(figure.axes)
        1
    """
    names = [name for name in history if not name.startswith("val_")] or list(history)
    figure = Figure(figsize=(4.6 * len(names), 3.4), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names, strict=True):
        epochs = np.arange(1, len(history[name]) + 1)
        axes.plot(epochs, history[name], color=BLUE, label="training")
        if f"val_{name}" in history:
            axes.plot(epochs, history[f"val_{name}"], color=ORANGE, label="validation")
        axes.set(xlabel="epoch", title=name.replace("_", " "))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.25)
        axes.legend(frameon=False)
    return figure


def confusion_figure(counts: np.ndarray, classes: Sequence[str]) -> Figure:
    """Confusion matrix with counts, true classes in rows.

    Args:
        counts: `int[classes, classes]`, row true, column predicted.
        classes: Names in the order of the rows.

    Returns:
        The figure; counts are printed for up to 20 classes.
    """
    size = min(1.8 + 0.45 * len(classes), 12)
    figure = Figure(figsize=(size + 1, size), layout="constrained")
    axes = figure.subplots()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, label="share of the true class", shrink=0.8)
    axes.set(xlabel="predicted", ylabel="true")
    if len(classes) <= 20:
        ticks = range(len(classes))
        axes.set_xticks(ticks, classes, rotation=45 if max(map(len, classes)) > 3 else 0)
        axes.set_yticks(ticks, classes)
        for (row, column), count in np.ndenumerate(counts):
            if count:
                color = "white" if share[row, column] > 0.5 else "black"
                axes.text(column, row, str(count), ha="center", va="center", color=color, size=8)
    return figure


def residual_figure(truth: np.ndarray, predicted: np.ndarray) -> Figure:
    """Predictions against truth, and the distribution of what is left.

    Args:
        truth: `float[samples]`.
        predicted: `float[samples]`.

    Returns:
        The figure.
    """
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.scatter(truth, predicted, s=8, alpha=0.4, color=BLUE, edgecolors="none")
    low, high = float(min(truth.min(), predicted.min())), float(max(truth.max(), predicted.max()))
    left.plot([low, high], [low, high], color=GREY, linewidth=1)
    left.set(xlabel="true", ylabel="predicted")
    right.hist(predicted - truth, bins=40, color=ORANGE)
    right.set(xlabel="predicted - true", ylabel="rows")
    return figure
