"""What reaches the first layers of a deep network: gradient norms layer by layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from cookbook.diagnostics.layers import NetworkReport, inspect_layers
from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.measuring import Setting, train_experiment

_PROBE_ROWS = 256


class _Looks(keras.callbacks.Callback):
    """Inspects the layers before the first and after the last step of a training."""

    def __init__(self, inputs: Any, labels: np.ndarray) -> None:
        super().__init__()
        self._batch = (inputs, labels)
        self.reports: list[NetworkReport] = []

    @override
    def on_train_begin(self, logs: Any = None) -> None:
        self.reports.append(inspect_layers(self.model, *self._batch))

    @override
    def on_train_end(self, logs: Any = None) -> None:
        self.reports.append(inspect_layers(self.model, *self._batch))


def train_and_inspect(setting: Setting) -> ArmResult:
    """Trains a deep stack and looks at the gradients of its layers before and after.

    Args:
        setting: The arm; its builder names the dense layers `hidden1`, `hidden2`, ...

    Returns:
        Curves over the hidden layer, from 1 next to the input: ‖∂L/∂W‖₂ `gradient_norm_at_start`
        and `gradient_norm_at_end`. Metrics are `ratio_at_start` and `ratio_at_end`, the signal
        at the first over that at the last hidden layer, and those of `train_arm`.
    """
    experiment = setting.experiment()
    train = setting.dataset.train
    task: Any = experiment.task  # a classification, which can make its inputs
    inputs = task.inputs(train.x[:_PROBE_ROWS])
    looks = _Looks(inputs, np.asarray(train.y)[:_PROBE_ROWS])
    result = train_experiment(setting, experiment, callbacks=[looks])
    start, end = looks.reports
    curves = {"gradient_norm_at_start": _norms(start), "gradient_norm_at_end": _norms(end)}
    ratios = {"ratio_at_start": start.ratio, "ratio_at_end": end.ratio}
    return replace(
        result,
        metrics={**result.metrics, **ratios},
        x=[float(layer) for layer in range(1, len(curves["gradient_norm_at_start"]) + 1)],
        curves=curves,
    )


def _norms(report: NetworkReport) -> list[float]:
    layers = [layer for layer in report.layers if layer.name.startswith("hidden")]
    return [layer.gradient_norm for layer in layers]
