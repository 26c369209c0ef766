"""Figures of any training: curves of few points are seen, and names are no formulas."""

from __future__ import annotations

import io

import numpy as np

from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.comparison import Part
from pipelines.comparisons.figure import comparison_figure
from pipelines.comparisons.training import Findings
from pipelines.figures import class_balance_figure, confusion_figure, history_figure
from tuning.report.compare import _band
from tuning.report.style import new_figure


def _markers(axes):
    return [line.get_marker() for line in axes.lines if len(line.get_xdata())]


def test_a_training_of_one_epoch_has_points():
    figure = history_figure({"loss": [2.0], "val_loss": [2.1], "learning_rate": [0.1]})
    loss, rate = figure.axes
    assert _markers(loss) == ["o", "o"]
    assert _markers(rate) == ["o"]
    # One curve needs no legend, which would call a rate "training".
    assert loss.get_legend() is not None and rate.get_legend() is None
    many = history_figure({"loss": [1.0] * 50}).axes[0]
    assert _markers(many) == [""]


def test_a_comparison_of_one_epoch_has_points_and_bars_for_bands():
    part = Part(recipe="digits-mlp", arms={"relu": {}})
    runs = {
        seed: ArmResult(x=[1.0], curves={"val_accuracy": [value]}, metrics={"val_accuracy": value})
        for seed, value in ((1, 0.5), (2, 0.7))
    }
    (axes,) = comparison_figure([Findings(part=part, results={"relu": runs})]).axes
    assert "o" in _markers(axes)
    (bars,) = (item for item in axes.containers if hasattr(item, "has_yerr"))
    assert bars.has_yerr


def test_the_final_value_of_a_study_has_a_width():
    axes = new_figure().subplots()
    _band(axes, [1, 2, 3], [[0.1, 0.1, 0.9]], "#000000", "one", last=0.5)
    steps, end = axes.lines
    assert list(steps.get_xdata())[-2:] == [3.0, 3.5]
    assert list(steps.get_ydata())[-2:] == [0.9, 0.9]
    assert end.get_marker() == "o"


def test_names_of_classes_are_no_formulas():
    classes = ["<$50", "$50_$100", ">$100"]
    rows = {"train": dict.fromkeys(classes, 1)}
    for figure in (confusion_figure(np.eye(3, dtype=int), classes), class_balance_figure(rows)):
        figure.savefig(io.BytesIO())
        labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        assert labels == ["<\\$50", "\\$50_\\$100", ">\\$100"]
