"""Figures of single trainings; those of searches are in `tuning.report`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from tuning.report.values import plain

# Okabe and Ito's palette: told apart by colour-blind readers as well.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"
_FEW_POINTS = 12
_SHADES = " .:-=+*#%@"
_LINE = 100  # characters


def point_marker(points: int) -> str:
    """The marker of a curve: a line needs two points to be seen, and few points want to be told.

    Example:
        >>> point_marker(1), point_marker(100)
        ('o', '')
    """
    return "o" if points <= _FEW_POINTS else ""


def history_figure(history: Mapping[str, Sequence[float]]) -> Figure:
    """Training and validation curves, one panel per metric; the learning rate is one too.

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
        style: dict[str, Any] = {"marker": point_marker(len(epochs)), "markersize": 4}
        axes.plot(epochs, history[name], color=BLUE, label="training", **style)
        if f"val_{name}" in history:
            axes.plot(epochs, history[f"val_{name}"], color=ORANGE, label="validation", **style)
            axes.legend(frameon=False)
        axes.set(xlabel="epoch", title=name.replace("_", " "))
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.25)
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
        names = [plain(name) for name in classes]
        axes.set_xticks(ticks, names, rotation=45 if max(map(len, classes)) > 3 else 0)
        axes.set_yticks(ticks, names)
        for (row, column), count in np.ndenumerate(counts):
            if count:
                color = "white" if share[row, column] > 0.5 else "black"
                axes.text(column, row, str(count), ha="center", va="center", color=color, size=8)
    return figure


def class_balance_figure(rows: Mapping[str, Mapping[str, int]], *, shown: int = 40) -> Figure:
    """How the rows of each split fall into classes.

    Args:
        rows: Split to class to its rows; every split has the same classes in the same order.
        shown: Of more classes, those with the fewest rows of the first split.

    Returns:
        The figure: one group of bars a class, as shares of the split's rows.
    """
    first = next(iter(rows.values()))
    names = sorted(first, key=first.__getitem__)[:shown] if len(first) > shown else list(first)
    figure = Figure(figsize=(6, min(1.2 + 0.3 * len(names), 12)), layout="constrained")
    axes = figure.subplots()
    height = 0.8 / len(rows)
    for index, (split, counts) in enumerate(rows.items()):
        total = max(sum(counts.values()), 1)
        places = [place + index * height for place in range(len(names))]
        axes.barh(places, [counts[name] / total for name in names], height, label=split)
    middle = (len(rows) - 1) * height / 2
    axes.set_yticks([place + middle for place in range(len(names))], [*map(plain, names)])
    axes.invert_yaxis()
    axes.set(xlabel="share of the rows")
    axes.legend()
    return figure


def class_report_figure(report: Mapping[str, Any], *, shown: int = 40) -> Figure:
    """Precision, recall and F1 of every class and their averages.

    Args:
        report: `classes` by name and the averages, as `pipelines.tasks.scorers.class_report` has
            them.
        shown: Of more classes, those with the lowest F1.

    Returns:
        The figure; the number of rows stands behind each name.
    """
    classes = dict(report["classes"])
    if len(classes) > shown:
        worst = sorted(classes, key=lambda name: classes[name]["f1-score"])[:shown]
        classes = {name: classes[name] for name in worst}
    rows = [*classes.items()] + [(name, report[name]) for name in ("macro avg", "weighted avg")]
    scores = ("precision", "recall", "f1-score")
    values = np.array([[row[score] for score in scores] for _, row in rows])
    figure = Figure(figsize=(5.4, 1.2 + 0.3 * len(rows)), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    figure.colorbar(image, shrink=0.8)
    axes.set_xticks(range(len(scores)), scores)
    names = [plain(f"{name} ({row['support']:.0f})") for name, row in rows]
    axes.set_yticks(range(len(rows)), names)
    for (row, column), value in np.ndenumerate(values):
        color = "white" if value > 0.5 else "black"
        axes.text(column, row, f"{value:.3f}", ha="center", va="center", color=color, size=8)
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


def surprise_figure(
    nats: np.ndarray, counts: np.ndarray, tokens: Sequence[str], *, shown: int = 20
) -> Figure:
    """Which tokens a language model's loss consists of.

    Args:
        nats: `float[vocabulary]`, summed surprise of each token.
        counts: `int[vocabulary]`, how often it was the one to predict.
        tokens: Their texts.
        shown: How many tokens at most.

    Returns:
        The figure: share of the loss beside share of the text, largest first.

    Example:
        >>> figure = surprise_figure(np.array([2.0, 1.0]), np.array([1, 4]), ["a", "b"])
        >>> [axes.get_xlabel() for axes in figure.axes]
        ['share']
    """
    largest = np.argsort(-nats, kind="stable")[:shown][::-1]
    places = np.arange(len(largest))
    figure = Figure(figsize=(6.4, 1.2 + 0.24 * len(largest)), layout="constrained")
    axes = figure.subplots()
    axes.barh(places + 0.2, nats[largest] / nats.sum(), 0.38, color=ORANGE, label="of the loss")
    axes.barh(places - 0.2, counts[largest] / counts.sum(), 0.38, color=BLUE, label="of the text")
    # As Python writes them: a space or a line feed must be seen.
    axes.set_yticks(places, [plain(ascii(tokens[i])[1:-1]) for i in largest])
    axes.set(xlabel="share")
    axes.legend(frameon=False)
    return figure


def exact_match_figure(lengths: np.ndarray, hits: np.ndarray) -> Figure:
    """Share of exact matches by length.

    Args:
        lengths: `int[sentences]`, tokens of each source.
        hits: `bool[sentences]`.

    Returns:
        The figure; the number of sentences stands above each bar.
    """
    figure = Figure(figsize=(5.6, 3.4), layout="constrained")
    axes = figure.subplots()
    found, rows = np.unique(lengths, return_inverse=True)
    counts = np.bincount(rows)
    bars = axes.bar(found, np.bincount(rows, weights=hits) / counts, color=BLUE)
    axes.bar_label(bars, [str(count) for count in counts], size=7, color=GREY)
    axes.set(xlabel="tokens of the source", ylabel="share of exact matches", ylim=(0, 1.08))
    return figure


def image_grid_figure(rows: Mapping[str, np.ndarray]) -> Figure:
    """Small pictures in named rows.

    Args:
        rows: Title to `float[pictures, height, width, channels]` in [0, 1], 1 or 3 channels.

    Returns:
        The figure.
    """
    most = max(len(pictures) for pictures in rows.values())
    figure = Figure(figsize=(0.7 * most, 1.0 * len(rows)), layout="constrained")
    grid = figure.subplots(len(rows), most, squeeze=False)
    for line, (title, pictures) in zip(grid, rows.items(), strict=True):
        line[0].set_title(title, loc="left", size=8)
        for axes in line:
            axes.axis("off")
        for axes, picture in zip(line, pictures, strict=False):
            grey = picture.shape[-1] == 1
            axes.imshow(picture[..., 0] if grey else picture, cmap="gray_r", vmin=0, vmax=1)
    return figure


def image_text(pictures: np.ndarray) -> str:
    """Small pictures in characters, as many beside each other as a line of 100 holds.

    A pixel is two characters, which are together about as wide as high.

    Args:
        pictures: `float[pictures, height, width, channels]` in [0, 1]; channels are averaged.

    Returns:
        Lines of characters; an empty one between rows of pictures.

    Example:
        >>> image_text(np.array([[[[1.0], [0.0]], [[0.5], [1.0]]]])).splitlines()
        ['@@', '==@@']
    """
    levels = np.rint(pictures.mean(axis=-1) * (len(_SHADES) - 1)).astype(int)
    shades = np.array(list(_SHADES))[levels]
    columns = max(1, _LINE // (2 * shades.shape[2] + 1))
    rows = (shades[first : first + columns] for first in range(0, len(shades), columns))
    return "\n\n".join(
        "\n".join(_text_line(row[:, line]) for line in range(shades.shape[1])) for row in rows
    )


def _text_line(pixels: np.ndarray) -> str:
    """One line of several pictures, `str[pictures, width]`."""
    return " ".join("".join(np.repeat(line, 2)) for line in pixels).rstrip()
