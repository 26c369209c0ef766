"""Trainings that differ in the loss, on clean or on deliberately corrupted training targets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from typing_extensions import override

from cookbook._names import unknown_name
from cookbook.losses.registry import make_loss
from pipelines.comparisons.arm_results import ArmResult
from pipelines.comparisons.measuring import Setting, train_experiment
from pipelines.datasets.containers import Split
from pipelines.training.experiment import Experiment

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset

# What a loss takes beside integer labels and logits: one-hot labels, probabilities.
_FORMS = {
    "sparse_categorical_crossentropy": (False, False),
    "smoothed_sparse_categorical_crossentropy": (False, False),
    "categorical_focal_crossentropy": (True, False),
    "categorical_generalized_crossentropy": (False, True),
    "categorical_hinge": (True, False),
    "mean_squared_error": (True, True),
    "mean_absolute_error": (True, True),
}


class FromLabelsAndLogits(keras.losses.Loss):
    """Gives a loss the one-hot labels and probabilities that it needs.

    Args:
        name: A name of `cookbook.losses` that compares classes.

    Call arguments:
        y_true: `int[batch]` or `int[batch, 1]`.
        y_pred: `float[batch, classes]`, logits.

    Raises:
        ValueError: If the loss is none of classes.

    Example:
        >>> loss = FromLabelsAndLogits("mean_squared_error")
        >>> float(loss(np.array([0]), np.zeros((1, 2))))  # 0.5 wrong on both classes
        0.25
    """

    def __init__(self, name: str) -> None:
        if name not in _FORMS:
            raise ValueError(unknown_name("loss of classes", name, _FORMS))
        super().__init__(name=name)
        self._one_hot, self._probabilities = _FORMS[name]
        self._loss = make_loss(name)

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        labels = keras.ops.reshape(keras.ops.cast(y_true, "int32"), (-1,))
        outputs = keras.ops.softmax(y_pred) if self._probabilities else y_pred
        if self._one_hot:
            labels = keras.ops.one_hot(labels, y_pred.shape[-1])
        return self._loss.call(labels, outputs)


class _LossExperiment(Experiment):
    """An experiment whose model is compiled with another loss."""

    loss_name = ""

    @override
    def build(self, *, total_steps: int) -> keras.Model:
        model = super().build(total_steps=total_steps)
        loss = FromLabelsAndLogits(self.loss_name)
        model.compile(optimizer=model.optimizer, loss=loss, metrics=self.task.metrics())
        return model


def train_with_loss(setting: Setting) -> ArmResult:
    """Trains a classifier with the loss `classification_loss`.

    Args:
        setting: `wrong_labels`, in [0, 1), is the share of training rows whose class is replaced
            by another one; the validation rows stay clean.

    Returns:
        As `train_arm`.
    """
    corrupted = with_wrong_labels(
        setting.dataset, share=float(setting.params.get("wrong_labels", 0.0)), seed=setting.seed
    )
    plain = replace(setting, dataset=corrupted).experiment()
    experiment = _LossExperiment(plain.recipe, plain.params, corrupted, seed=setting.seed)
    experiment.loss_name = str(setting.params["classification_loss"])
    return train_experiment(setting, experiment)


def train_with_outliers(setting: Setting) -> ArmResult:
    """Trains a regression; `mae` and `rmse` are in the unit of the target.

    Args:
        setting: `outlier_share`, in [0, 1), is the share of training rows whose target gets
            five standard deviations too many; the validation rows stay clean.

    Returns:
        As `train_arm`.
    """
    corrupted = with_outliers(
        setting.dataset, share=float(setting.params.get("outlier_share", 0.0)), seed=setting.seed
    )
    setting = replace(setting, dataset=corrupted)
    experiment = setting.experiment()
    result = train_experiment(setting, experiment)
    # Outliers change the scale of the targets, in which Keras' metrics are.
    unit = float(experiment.task.serving_config()["outputs"]["deviation"])
    curves = {
        name: [value * unit for value in values] if name.endswith(("mae", "rmse")) else values
        for name, values in result.curves.items()
    }
    metrics = {**result.metrics, **{name: values[-1] for name, values in curves.items()}}
    return replace(result, metrics=metrics, curves=curves)


def with_wrong_labels(dataset: Dataset, *, share: float, seed: int) -> Dataset:
    """Replaces the class of some training rows by another class, drawn evenly.

    Args:
        dataset: A classification.
        share: Part of the training rows, in [0, 1).
        seed: Which rows and classes.

    Returns:
        The dataset with other training labels.
    """
    labels = np.array(dataset.train.y)
    random = np.random.default_rng((seed, 1))
    rows = _some_rows(labels, share, random)
    classes = dataset.num_classes or 2
    labels[rows] = (labels[rows] + random.integers(1, classes, len(rows))) % classes
    return replace(dataset, train=Split(dataset.train.x, labels))


def with_outliers(dataset: Dataset, *, share: float, seed: int, size: float = 5.0) -> Dataset:
    """Adds `size` standard deviations to the targets of some training rows.

    Args:
        dataset: A regression.
        share: Part of the training rows, in [0, 1).
        seed: Which rows.
        size: Standard deviations of the clean training targets.

    Returns:
        The dataset with other training targets.
    """
    targets = np.array(dataset.train.y)
    rows = _some_rows(targets, share, np.random.default_rng((seed, 2)))
    targets[rows] += size * targets.std()
    return replace(dataset, train=Split(dataset.train.x, targets))


def _some_rows(values: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    if not 0.0 <= share < 1.0:
        raise ValueError(f"`0 <= share < 1` must hold for corrupted rows. Got share={share}.")
    return random.permutation(len(values))[: round(share * len(values))]
