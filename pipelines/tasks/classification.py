"""What every classification shares: loss, metrics, scores, confusion matrix, baselines."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from cookbook.losses.registry import make_loss
from pipelines.baselines.classifiers import make_classifier
from pipelines.figures import confusion_figure
from pipelines.tasks.base import Task
from pipelines.tasks.scores import class_scores

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split

PREDICTION_BATCH = 256


class Classification(Task):
    """Classes from logits; subclasses say how raw inputs reach the model."""

    main_metric = ("accuracy", "maximize")

    @abstractmethod
    def inputs(self, x: Any) -> Any:
        """Raw inputs of a split as the arrays that the model takes."""

    @abstractmethod
    def features(self, x: Any) -> Any:
        """Raw inputs as a matrix for the baseline, `[samples, features]`."""

    @property
    def soft_labels(self) -> bool:
        """Whether batches carry class weights `float32[batch, classes]` instead of numbers."""
        return False

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy of the logits, or the loss that the options name."""
        smoothing = self.options.label_smoothing
        if self.options.loss:
            return make_loss(self.options.loss)
        if self.soft_labels:
            return make_loss("categorical_crossentropy", label_smoothing=smoothing)
        if smoothing:
            return make_loss("smoothed_sparse_categorical_crossentropy", smoothing=smoothing)
        return make_loss("sparse_categorical_crossentropy")

    def metrics(self) -> list[keras.metrics.Metric]:
        """Accuracy."""
        if self.soft_labels:
            return [keras.metrics.CategoricalAccuracy(name="accuracy")]
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """The model's logits for raw inputs, `float32[samples, classes]`."""
        return model.predict(self.inputs(x), batch_size=PREDICTION_BATCH, verbose=0)

    def measure(self, predictions: np.ndarray, y: Any) -> dict[str, float]:
        """Accuracy, and mean cross-entropy of the logits in nats."""
        return class_scores(predictions, y)

    def baseline(self, split: Split) -> tuple[str, np.ndarray]:
        """Logistic regression on the same training rows, standardised."""
        train, name = self.dataset.train, "logistic regression"
        model: Any = make_classifier(name).fit(self.features(train.x), train.y)
        return name, model.predict_log_proba(self.features(split.x))

    def figures(self, model: keras.Model, split: Split) -> dict[str, Figure]:
        """The confusion matrix."""
        classes = self.dataset.classes or ()
        counts = np.zeros((len(classes), len(classes)), dtype=int)
        np.add.at(counts, (split.y, self.predict(model, split.x).argmax(axis=1)), 1)
        return {"confusion": confusion_figure(counts, classes)}

    def class_output(self) -> dict[str, Any]:
        """How serving names the classes."""
        return {"kind": "classes", "classes": list(self.dataset.classes or ())}
