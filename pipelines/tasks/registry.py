"""Names of the tasks and of what their trainings report, without importing Keras."""

from __future__ import annotations

import importlib

from cookbook._names import unknown_name
from pipelines.tasks.base import Task

TASKS = {
    "image-classification": "pipelines.tasks.images:ImageClassification",
    "image-generation": "pipelines.tasks.generation:ImageGeneration",
    "language-model": "pipelines.tasks.language:LanguageModel",
    "table-classification": "pipelines.tasks.tables:TableClassification",
    "table-regression": "pipelines.tasks.tables:TableRegression",
    "text-classification": "pipelines.tasks.texts:TextClassification",
    "translation": "pipelines.tasks.translation:Translation",
}


def _of_both_splits(*names: str) -> frozenset[str]:
    return frozenset({*names, *(f"val_{name}" for name in names)})


_OF_CLASSES = _of_both_splits("accuracy", "loss")
_REPORTED = {
    "image-classification": _OF_CLASSES,
    "image-generation": frozenset(
        {"discriminator_loss", "generator_loss"}
        | {"val_class_balance", "val_confident", "val_frechet_distance"}
    ),
    "language-model": _OF_CLASSES,
    "table-classification": _OF_CLASSES,
    "table-regression": _of_both_splits("loss", "mae", "rmse"),
    "text-classification": _OF_CLASSES,
    "translation": _OF_CLASSES,
}


def task_class(name: str) -> type[Task]:
    """The class of a task.

    Raises:
        ValueError: If there is no such task.
    """
    if name not in TASKS:
        raise ValueError(unknown_name("task", name, TASKS))
    module, _, attribute = TASKS[name].partition(":")
    found: type[Task] = getattr(importlib.import_module(module), attribute)
    return found


def reported_metrics(name: str) -> frozenset[str]:
    """The metrics that an epoch of a task's training reports, known without Keras.

    Args:
        name: One of `TASKS`; a name that is none of them reports nothing.

    Example:
        >>> sorted(reported_metrics("table-regression"))
        ['loss', 'mae', 'rmse', 'val_loss', 'val_mae', 'val_rmse']
    """
    return _REPORTED.get(name, frozenset())
