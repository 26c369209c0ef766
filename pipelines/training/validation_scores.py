"""Metrics of validation predictions after every epoch, for a search that asks for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from pipelines.tasks.base import Task


class ValidationScores(keras.callbacks.Callback):
    """Adds further metrics of the validation rows to the logs of an epoch.

    They are those of the whole split, by scikit-learn, and not means over batches. It comes
    before all other callbacks: those that swap in averaged weights for the validation take them
    back when it ends, and those that watch a metric see these too.

    Args:
        task: Predicts and scores.
        names: Metrics without the prefix `val_`.
    """

    def __init__(self, task: Task, names: Collection[str]) -> None:
        super().__init__()
        self._task = task
        self._names = tuple(names)
        self._found: dict[str, float] = {}

    def on_test_end(self, logs: Any = None) -> None:
        """Predicts the validation rows.

        Raises:
            ValueError: If the rows do not define one of the metrics.
        """
        split = self._task.dataset.validation
        scores = self._task.score(self.model, split, self._names)
        missing = [name for name in self._names if name not in scores]
        if missing:
            raise ValueError(
                f"The validation rows do not define {', '.join(missing)}: ROC AUC and average "
                "precision need rows of two classes, top-5 accuracy more than five classes, MAPE "
                "targets other than 0. Take another metric."
            )
        self._found = {f"val_{name}": scores[name] for name in self._names}

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: D102
        if logs is not None:
            logs.update(self._found)
