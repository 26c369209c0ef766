"""The loss of the first optimizer steps: the hockey stick of a wrong initialisation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
from typing_extensions import override

from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.measuring import Setting, train_experiment

_PROBE_ROWS = 128


def loss_in_training(model: keras.Model, task: Any, inputs: Any, *, targets: Any) -> float:
    """The loss of a network in training mode, which stays as it is.

    What batch normalisation keeps for predictions says nothing in the first steps: by it a
    ResNet-34 that learns has a loss of a million.

    Args:
        model: A classifier.
        task: Its task, of images or tables.
        inputs: What `task.inputs` gives of some rows.
        targets: Classes of the same rows.

    Returns:
        Mean cross-entropy in nats.
    """
    variables = model.trainable_variables, model.non_trainable_variables
    logits, _ = model.stateless_call(*variables, inputs, training=True)
    return float(task.measure(keras.ops.convert_to_numpy(logits), targets)["crossentropy"])


class LossBeforeSteps(keras.callbacks.Callback):
    """Cross-entropy on some training rows before each of the first steps."""

    def __init__(self, task: Any, rows: Any, steps: int) -> None:
        super().__init__()
        self._task, self._rows, self._steps = task, rows, steps
        self._inputs = task.inputs(rows.x)
        self.losses: list[float] = []

    @override
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        # Keras' own loss of a batch is a running mean over the epoch, measured while it falls.
        if len(self.losses) < self._steps:
            loss = loss_in_training(self.model, self._task, self._inputs, targets=self._rows.y)
            self.losses.append(loss)


def train_first_steps(setting: Setting) -> ArmResult:
    """Trains a classifier and measures the loss before each of the first steps.

    Args:
        setting: `first_steps` is how many steps are measured, at least 1.

    Returns:
        The curve `first_loss` over steps from 0; the metrics are `initial_loss`, `early_loss`
        (mean of the curve) and those of `train_arm`.
    """
    experiment = setting.experiment()
    train = setting.dataset.train
    probe = type(train)(train.x[:_PROBE_ROWS], np.asarray(train.y)[:_PROBE_ROWS])
    watcher = LossBeforeSteps(experiment.task, probe, int(setting.params["first_steps"]))
    result = train_experiment(setting, experiment, callbacks=[watcher])
    losses = watcher.losses
    measured = {"initial_loss": losses[0], "early_loss": float(np.mean(losses))}
    return replace(
        result,
        metrics={**result.metrics, **measured},
        x=[float(step) for step in range(len(losses))],
        curves={"first_loss": losses},
    )
