"""What every classification shares: loss, metrics, scores, confusion matrix, baselines."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from cookbook.losses.from_labels import FromLabels
from pipelines.baselines.classifiers import make_classifier
from pipelines.figures import class_balance_figure, class_report_figure, confusion_figure
from pipelines.serving.outputs import class_logits
from pipelines.tasks.base import Task
from pipelines.tasks.class_weights import WeightedFeed, class_weights
from pipelines.tasks.diagnostics import calibration_report, confusion_counts
from pipelines.tasks.losses import chosen_loss, label_loss
from pipelines.tasks.outputs import outputs_of
from pipelines.tasks.scorers import CLASS_SCORERS, Scorer, class_report
from pipelines.tasks.scores import class_scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split
    from pipelines.inputs.feeds import Feed

PREDICTION_BATCH = 256


class Classification(Task):
    """Classes from logits; subclasses say how raw inputs reach the model.

    Two classes may have a single logit, the log-odds of the second one: losses of binary labels
    get it from builders that take `num_outputs`. Predictions always have a column per class.

    Its own hyperparameter is `class_weight`: `"balanced"` or a mapping of classes to weights of
    their training rows, see `pipelines.tasks.class_weights`. Validation rows weigh the same.

    Raises:
        ValueError: If the options name a loss that does not go with the rest of them, or the
            weights do not fit the classes or come on top of a loss that weights them.
    """

    extra_names = frozenset({"class_weight"})

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        self._one_logit = False
        self._class_weights = class_weights(
            self.extra.get("class_weight"), np.asarray(dataset.train.y), dataset.classes or ()
        )
        if self._class_weights is not None and chosen_loss(options).weighs_classes:
            raise ValueError(
                f"Classes are weighted in one way. Got class_weight and loss={options.loss}: leave "
                "one of them out."
            )

    def weighted(self, feed: Feed) -> Feed:
        """A feed of training rows with the weights of their classes, if there are any."""
        return feed if self._class_weights is None else WeightedFeed(feed, self._class_weights)

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

    @property
    def outputs(self) -> int | None:
        """Outputs of a model: one per class, or the log-odds for a loss of binary labels."""
        binary = chosen_loss(self.options, soft_labels=self.soft_labels).targets == "binary"
        classes = self.dataset.num_classes
        return 1 if binary and classes == 2 and not self.soft_labels else classes

    def compile(self, model: keras.Model, *, total_steps: int) -> None:
        """Compiles a model with one logit per class, or one for two classes."""
        self._one_logit = model.output_shape[-1] == 1
        super().compile(model, total_steps=total_steps)

    def average(self, models: Sequence[keras.Model]) -> keras.Model:
        """One model whose probabilities are the mean of those of several ones.

        Args:
            models: As for every task.
        """
        from cookbook.models.averages import averaged

        return averaged(models, kind="probabilities")

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy of the logits, or the loss that the options name."""
        counts = np.bincount(self.dataset.train.y, minlength=self.dataset.num_classes or 1)
        loss = label_loss(self.options, counts=counts, soft_labels=self.soft_labels)
        if self._one_logit and not isinstance(loss, FromLabels):
            return FromLabels(loss, "labels")
        return loss

    def metrics(self) -> list[keras.metrics.Metric]:
        """Accuracy."""
        if self._one_logit:
            return [keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)]
        if self.soft_labels:
            return [keras.metrics.CategoricalAccuracy(name="accuracy")]
        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """The model's logits for raw inputs, `float32[samples, classes]`."""
        outputs = outputs_of(model, self.inputs(x), batch_size=PREDICTION_BATCH)
        return class_logits(outputs)

    def measure(self, predictions: np.ndarray, y: Any) -> dict[str, float]:
        """Accuracy, and mean cross-entropy of the logits in nats."""
        return class_scores(predictions, y)

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """Logistic regression on the same rows, standardised."""
        rows, name = self.training_rows(with_validation=with_validation), "logistic regression"
        model: Any = make_classifier(name).fit(self.features(rows.x), rows.y)
        return name, model.predict_log_proba(self.features(split.x))

    @property
    def scorers(self) -> Mapping[str, Scorer]:
        """Precision, recall, F1 and others, by scikit-learn."""
        return CLASS_SCORERS

    def figures_and_reports(
        self, predictions: np.ndarray, split: Split, *, model: keras.Model
    ) -> tuple[dict[str, Figure], dict[str, Any]]:
        """The confusion matrix, scores and rows of every class, and their numbers."""
        found = self._reports(predictions, split)
        counts = np.array(found["confusion"]["counts"])
        figures = {
            "confusion": confusion_figure(counts, self.dataset.classes or ()),
            "classification-report": class_report_figure(found["classification-report"]),
            "class-balance": class_balance_figure(found["class-balance"]),
        }
        return figures, found

    def _reports(self, logits: np.ndarray, split: Split) -> dict[str, Any]:
        """The numbers of the figures; rows of the confusion matrix are true classes."""
        classes = list(self.dataset.classes or ())
        counts = confusion_counts(logits, split.y, len(classes))
        return {
            "confusion": {"classes": classes, "counts": counts.tolist()},
            "calibration": calibration_report(logits, split.y),
            "classification-report": class_report(logits, split.y, classes),
            "class-balance": {
                name: dict(
                    zip(classes, np.bincount(y, minlength=len(classes)).tolist(), strict=True)
                )
                for name, y in (
                    ("training", self.dataset.train.y),
                    ("validation", self.dataset.validation.y),
                    ("scored", split.y),
                )
            },
        }

    def class_output(self) -> dict[str, Any]:
        """How serving names the classes."""
        return {"kind": "classes", "classes": list(self.dataset.classes or ())}
