"""An arm in a process of its own, and the figure over what the arms vary."""

from __future__ import annotations

import os

import pytest

from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.comparison import Part
from pipelines.comparisons.figure import comparison_figure
from pipelines.comparisons.measuring import Setting, train_arm
from pipelines.comparisons.own_process import train_in_own_process
from pipelines.comparisons.splits import split_for_seed
from pipelines.comparisons.training import Findings
from pipelines.datasets.registry import load_dataset

ARMS = {f"batch {size}": {"batch_size": size} for size in (16, 64)}


@pytest.mark.exhaustive
def test_a_process_of_its_own_gives_the_same_numbers_and_tells_its_memory():
    dataset = split_for_seed(load_dataset("digits"), 3, rows=64)
    part = Part(recipe="digits-mlp", arms=ARMS)
    params = {"epochs": 2, "widths": (8,), "batch_size": 16}
    setting = Setting(part=part, params=params, dataset=dataset, seed=3)
    here, there = train_arm(setting), train_in_own_process(setting)
    assert there.curves == here.curves
    used = {name: there.metrics[name] for name in set(there.metrics) - set(here.metrics)}
    assert set(used) == {"peak_memory_gb", "fit_seconds"}
    assert 0.1 < used["peak_memory_gb"] < 8
    assert used["fit_seconds"] > 0
    wrong = Setting(part=part, params={**params, "learning_rate": 1e30, "optimizer": "sgd"},
                    dataset=dataset, seed=3)  # fmt: skip
    with pytest.raises(FloatingPointError):
        train_in_own_process(wrong)


class _Deadly:
    """Ends the process that reads it."""

    def __reduce__(self):
        return os._exit, (9,)


@pytest.mark.exhaustive
def test_a_process_that_dies_is_told():
    dataset = load_dataset("digits")
    params = {"epochs": _Deadly()}
    setting = Setting(part=Part(recipe="digits-mlp", arms=ARMS), params=params,
                      dataset=dataset, seed=0)  # fmt: skip
    with pytest.raises(ChildProcessError, match=r"must end with a result.*with code 9 .*: use"):
        train_in_own_process(setting)


def test_a_figure_over_the_arms_has_a_line_for_each_metric():
    part = Part(
        recipe="digits-mlp",
        arms=ARMS,
        curves=("accuracy", "val_accuracy"),
        over="batch_size",
        title="sizes",
    )
    diverged = ArmResult(diverged="too fast")
    results = {
        "batch 16": {
            0: ArmResult(metrics={"accuracy": 0.8, "val_accuracy": 0.7}),
            1: ArmResult(metrics={"accuracy": 0.6, "val_accuracy": 0.5}),
        },
        "batch 64": {
            0: ArmResult(metrics={"accuracy": 0.9, "val_accuracy": 0.4}),
            1: diverged,
        },
    }
    (axes,) = comparison_figure([Findings(part=part, results=results)]).axes
    assert [text.get_text() for text in axes.get_xticklabels()] == ["16", "64"]
    lines = {bars.get_label(): bars.lines[0] for bars in axes.containers}
    assert set(lines) == {"accuracy", "val accuracy"}
    assert lines["val accuracy"].get_xdata().tolist() == [16, 64]
    assert lines["val accuracy"].get_ydata() == pytest.approx([0.6, 0.4])
    assert axes.get_xscale() == "log"
    results["batch 64"][0] = diverged
    (axes,) = comparison_figure([Findings(part=part, results=results)]).axes
    assert axes.containers[0].lines[0].get_xdata().tolist() == [16]
