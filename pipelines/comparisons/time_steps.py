"""What reaches the first time steps of a recurrent network: gradient norms step by step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from cookbook.diagnostics.time_steps import gradients_over_time
from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.measuring import Setting, train_experiment

_PROBE_ROWS = 256
_LEAST = 1e-30  # what has vanished below this has no logarithm in a figure


class _Looks(keras.callbacks.Callback):
    """Looks back over the time steps before the first and after the last step of a training."""

    def __init__(self, inputs: Any, labels: np.ndarray) -> None:
        super().__init__()
        self._batch = (inputs, labels)
        self.norms: list[np.ndarray] = []

    @override
    def on_train_begin(self, logs: Any = None) -> None:
        self._look()

    @override
    def on_train_end(self, logs: Any = None) -> None:
        self._look()

    def _look(self) -> None:
        self.norms.append(np.maximum(gradients_over_time(self.model, *self._batch), _LEAST))


def train_and_look_back(setting: Setting) -> ArmResult:
    """Trains a recurrent network and looks at the gradients of its time steps before and after.

    Args:
        setting: The arm.

    Returns:
        Curves over the time step, from 1: ‖∂L/∂x_t‖₂ `gradient_at_start` and `gradient_at_end`.
        Metrics are `ratio_at_start` and `ratio_at_end`, the norm of the first quarter of the steps
        over that of the last quarter, and those of `train_arm`.
    """
    experiment = setting.experiment()
    train = setting.dataset.train
    task: Any = experiment.task  # a classification, which can make its inputs
    looks = _Looks(task.inputs(train.x[:_PROBE_ROWS]), np.asarray(train.y)[:_PROBE_ROWS])
    result = train_experiment(setting, experiment, callbacks=[looks])
    start, end = looks.norms
    return replace(
        result,
        metrics={**result.metrics, "ratio_at_start": _ratio(start), "ratio_at_end": _ratio(end)},
        x=[float(step) for step in range(1, len(start) + 1)],
        curves={"gradient_at_start": start.tolist(), "gradient_at_end": end.tolist()},
    )


def _ratio(norms: np.ndarray) -> float:
    quarter = max(1, len(norms) // 4)
    first, last = (float(np.linalg.norm(part)) for part in (norms[:quarter], norms[-quarter:]))
    return first / last
