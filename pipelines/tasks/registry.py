"""Names of the tasks, without importing Keras."""

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
