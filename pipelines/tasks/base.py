"""How data of one kind becomes batches, a loss, metrics, figures and a baseline."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pipelines.hyperparameters.options import TrainingOptions
from pipelines.tasks.own_options import check_own_options

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Dataset, Split
    from pipelines.inputs.feeds import Feed
    from pipelines.tasks.scorers import Scorer


class Task(ABC):
    """One dataset made ready for one training.

    Rules:
        1. Everything that is fitted (scales, vocabularies) sees training rows only.
        2. The test split is touched by `dataset.test.open` alone, never here.
        3. `measure` gives the same metric names for every split, without the `val_` prefix.

    Args:
        dataset: The loaded dataset.
        options: How the model is trained.
        extra: The task's own hyperparameters, named in `extra_names`.

    Raises:
        ValueError: If one of them is of a wrong kind or out of range.
    """

    extra_names: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, dataset: Dataset, options: TrainingOptions, extra: Mapping[str, Any]
    ) -> None:
        self.dataset = dataset
        self.options = options
        check_own_options(extra)
        self.extra = dict(extra)

    @abstractmethod
    def model_arguments(self) -> dict[str, Any]:
        """What the data decides, for example `input_shape`; builders take what they know."""

    @abstractmethod
    def loss(self) -> keras.losses.Loss:
        """The loss to compile with."""

    @abstractmethod
    def metrics(self) -> list[keras.metrics.Metric]:
        """The metrics to compile with."""

    def adapt(self, model: keras.Model) -> keras.Model:
        """The model with outputs that the loss takes; by default as the builder made it."""
        return model

    def compile(self, model: keras.Model, *, total_steps: int) -> None:
        """Compiles a model for this task.

        Args:
            model: What the recipe's builder made.
            total_steps: Optimizer steps of the whole training, for schedules.
        """
        from pipelines.hyperparameters.optimizer import build_optimizer

        optimizer = build_optimizer(self.options, model, total_steps=total_steps)
        model.compile(optimizer=optimizer, loss=self.loss(), metrics=self.metrics())

    def training_rows(self, *, with_validation: bool) -> Split:
        """Rows to fit on; with the validation rows too for the last refit."""
        return self.dataset.train_and_validation() if with_validation else self.dataset.train

    @abstractmethod
    def training_feed(self, *, seed: int, with_validation: bool) -> Feed:
        """Batches to train on; with the validation rows too for the last refit."""

    @abstractmethod
    def validation_feed(self) -> Feed | None:
        """Batches of the validation split, in order; `None` if the task's callbacks validate."""

    @abstractmethod
    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """Predictions for raw inputs, one row per sample."""

    @abstractmethod
    def measure(self, predictions: np.ndarray, y: Any) -> dict[str, float]:
        """Metrics of predictions against the targets of the same rows."""

    @property
    def scorers(self) -> Mapping[str, Scorer]:
        """Further metrics, `(predictions, y) -> value`; None where the rows define none."""
        return {}

    def scores(
        self, predictions: np.ndarray, y: Any, names: Collection[str] | None = None
    ) -> dict[str, float]:
        """What `measure` gives, and further metrics.

        Args:
            predictions: `[rows, ...]`.
            y: Targets of the same rows.
            names: Which further metrics; all by default.

        Returns:
            The metrics that the rows define, those of `measure` first.
        """
        found = self.measure(predictions, y)
        asked = {n: f for n, f in self.scorers.items() if names is None or n in names}
        # A model that diverged has no score; scikit-learn would refuse it in its own words.
        diverged = bool(asked) and bool(np.isnan(predictions).any())
        for name, scorer in asked.items():
            value = float("nan") if diverged else scorer(predictions, np.asarray(y))
            if value is not None:
                found[name] = value
        return found

    def score(
        self, model: keras.Model, split: Split, names: Collection[str] | None = ()
    ) -> dict[str, float]:
        """What `measure` gives of a model on a split, and further metrics; see `scores`."""
        return self.scores(self.predict(model, split.x), split.y, names)

    def scores_apart(self, model: keras.Model, split: Split) -> dict[str, float]:
        """Scores of the model used in another way, beside those of its predictions.

        They cost predictions of their own, so a hyperparameter of the task asks for them; none by
        default. Trainings report them under names of their own; no search decides by them.

        Args:
            model: A trained model.
            split: What it is scored on.
        """
        return {}

    @abstractmethod
    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """Name and predictions of a simple method fitted on the same rows as a model.

        Args:
            split: Rows to predict.
            with_validation: Fitted on the validation rows as well, as a model in the last refit.
                Where they choose one of several methods, they do so before.
        """

    @abstractmethod
    def figures_and_reports(
        self, predictions: np.ndarray, split: Split, *, model: keras.Model
    ) -> tuple[dict[str, Figure], dict[str, Any]]:
        """Pictures of what a model does on a split, and values for JSON.

        Args:
            predictions: What the model predicts for the split, see `predict`.
            split: Rows with their targets.
            model: The model, for pictures that predictions do not tell.

        Returns:
            Both by file name without ending.
        """

    def average(self, models: Sequence[keras.Model]) -> keras.Model:
        """One model that gives the average of what several ones predict.

        Args:
            models: Trained for this task, from the same inputs to one row of outputs.
        """
        from cookbook.models.averages import averaged

        return averaged(models, kind="values")

    @property
    def validation_scores(self) -> tuple[str, ...]:
        """Metrics of the validation rows that every epoch reports and Keras cannot compute."""
        return ()

    def callbacks(self) -> list[keras.callbacks.Callback]:
        """What the training of this task needs beside the options' callbacks."""
        return []

    def notes(self, model: keras.Model) -> dict[str, str]:
        """Texts about a trained model by file name, for example what it writes."""
        return {}

    @abstractmethod
    def serving_config(self) -> dict[str, Any]:
        """What a saved model needs to take raw input: `inputs` and `outputs`, for JSON."""

    @abstractmethod
    def raw_example(self) -> Any:
        """A few raw inputs, as a user of the saved model would send them."""
