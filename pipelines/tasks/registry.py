"""Every task as one row: its class, and all that is asked about it before Keras is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cookbook._lazy import load_object
from cookbook._names import unknown_name
from cookbook.losses.registry import LOSSES

if TYPE_CHECKING:
    from cookbook.losses._entry import Targets
    from pipelines.hyperparameters.options import TrainingOptions
    from pipelines.tasks.base import Task


@dataclass(frozen=True, kw_only=True)
class TaskEntry:
    """What a task is and can do; adding a task is one file and one row.

    Attributes:
        name: Name in recipes.
        reference: `"module:class"` of the `Task`.
        metrics: Test metrics with `"maximize"` or `"minimize"`; the first one sums the task up.
        reported: What an epoch reports, of the training and of the validation rows.
        losses: Names in `cookbook.losses` that it can be trained with, the usual one first.
        why_these: Why no other loss fits, as the end of a sentence.
        scored: Further test metrics by scikit-learn with their directions, see
            `pipelines.tasks.scorers`.
        foldable: Whether rows have one label or number each and can be divided into folds.
        latency: Whether a prediction is one call of the model, whose time says something.
        images: Whether inputs are images, which are augmented and standardized.
        smoothing: Whether labels can be smoothed.
    """

    name: str
    reference: str
    metrics: Mapping[str, str]
    reported: frozenset[str]
    losses: Sequence[str]
    why_these: str
    scored: Mapping[str, str] = field(default_factory=dict)
    foldable: bool = False
    latency: bool = False
    images: bool = False
    smoothing: bool = False

    @property
    def main_metric(self) -> tuple[str, str]:
        """The test metric that sums the task up, and its direction."""
        return next(iter(self.metrics.items()))

    @property
    def on_request(self) -> frozenset[str]:
        """What an epoch reports of the validation rows where a search asks for it."""
        names = {f"val_{name}" for name in (*self.metrics, *self.scored)}
        return frozenset(names - self.reported)

    def load(self) -> type[Task]:
        """Imports the class, and Keras with it."""
        found: type[Task] = load_object(self.reference)
        return found

    def check_class_weight(self, params: Mapping[str, Any]) -> None:
        """Refuses weights of classes where there are none.

        Args:
            params: Hyperparameters of a training.

        Raises:
            ValueError: If `class_weight` is among them and the task has no classes.
        """
        if "class_weight" in params and "class_weight" not in self.load().extra_names:
            raise ValueError(
                f"`class_weight` weights classes, and the task {self.name} has none. Got "
                f"class_weight={params['class_weight']!r}: leave it out."
            )

    def check_images(self, options: TrainingOptions) -> None:
        """Refuses what is done to images alone.

        Args:
            options: How a model is trained.

        Raises:
            ValueError: If images are to be changed and the task has none.
        """
        for name in () if self.images else ("augment", "standardize"):
            if getattr(options, name):
                raise ValueError(
                    f"`{name}` is for images, and the task {self.name} has none. Got "
                    f"{name}={getattr(options, name)!r}: leave it out."
                )

    def check_smoothing(self, options: TrainingOptions) -> None:
        """Refuses smoothed labels where there are none.

        Args:
            options: How a model is trained.

        Raises:
            ValueError: If labels are to be smoothed and the task has none.
        """
        if options.label_smoothing and not self.smoothing:
            raise ValueError(
                f"`label_smoothing` is for classes, and the task {self.name} takes "
                f"{self.why_these}. Got label_smoothing={options.label_smoothing}: leave it out."
            )

    def check_loss(self, loss: str) -> None:
        """Refuses a loss that the task cannot be trained with.

        Args:
            loss: Name of a loss; empty for the task's own.

        Raises:
            ValueError: If it does not fit, with the ones that do.
        """
        if not loss or loss in self.losses:
            return
        if loss not in LOSSES:
            raise ValueError(unknown_name("loss", loss, LOSSES))
        fitting = ", ".join(self.losses)
        use = f"take one of {fitting}." if fitting else "leave it out."
        raise ValueError(f"The task {self.name} takes {self.why_these}. Got loss={loss!r}: {use}")


def _with_targets(usual: str, *targets: Targets) -> tuple[str, ...]:
    """Losses that compare predictions with such targets, the usual one first."""
    fitting = [name for name, loss in LOSSES.items() if loss.targets in targets]
    return (usual, *(name for name in fitting if name != usual))


def _of_both_splits(*names: str) -> frozenset[str]:
    return frozenset({*names, *(f"val_{name}" for name in names)})


_CLASSES = {"accuracy": "maximize", "crossentropy": "minimize"}
_CLASS_SCORES = {
    "balanced_accuracy": "maximize",
    "precision_macro": "maximize",
    "precision_weighted": "maximize",
    "recall_macro": "maximize",
    "recall_weighted": "maximize",
    "f1_macro": "maximize",
    "f1_weighted": "maximize",
    "mcc": "maximize",
    "roc_auc": "maximize",
    "average_precision": "maximize",
    "top_5_accuracy": "maximize",
}
_NUMBER_SCORES = {"mape": "minimize", "pinball": "minimize"}
_REPORTED = _of_both_splits("accuracy", "loss")
_CLASS_LOSSES = _with_targets(
    "sparse_categorical_crossentropy", "labels", "one_hot", "labels_or_one_hot", "binary"
)
_WHY_CLASSES = "losses of class labels"


def _classification(name: str, reference: str, *, images: bool = False) -> TaskEntry:
    return TaskEntry(
        name=name,
        reference=reference,
        metrics=_CLASSES,
        reported=_REPORTED,
        losses=_CLASS_LOSSES,
        why_these=_WHY_CLASSES,
        scored=_CLASS_SCORES,
        foldable=True,
        latency=True,
        images=images,
        smoothing=True,
    )


_ROWS = (
    TaskEntry(
        name="forecast",
        reference="pipelines.tasks.forecasts:Forecast",
        metrics={
            "mae": "minimize",
            "rmse": "minimize",
            "r2": "maximize",
            "coverage": "maximize",
        },
        reported=_of_both_splits("loss"),
        losses=(),
        why_these="the quantile loss of its intervals, which it sets itself",
        scored=_NUMBER_SCORES,
        latency=True,
    ),
    _classification(
        "image-classification", "pipelines.tasks.images:ImageClassification", images=True
    ),
    TaskEntry(
        name="image-generation",
        reference="pipelines.tasks.generation:ImageGeneration",
        metrics={
            "frechet_distance": "minimize",
            "confident": "maximize",
            "class_balance": "maximize",
        },
        reported=frozenset(
            {"discriminator_loss", "generator_loss"}
            | {"val_class_balance", "val_confident", "val_frechet_distance"}
        ),
        losses=(),
        why_these="the losses of the two players, which the model brings itself",
        images=True,
        smoothing=True,
    ),
    TaskEntry(
        name="language-model",
        reference="pipelines.tasks.language:LanguageModel",
        metrics={"loss": "minimize", "perplexity": "minimize", "accuracy": "maximize"},
        reported=_REPORTED,
        losses=("sparse_categorical_crossentropy",),
        why_these="the nats per token that it is scored by",
    ),
    TaskEntry(
        name="segmentation",
        reference="pipelines.tasks.segmentation:Segmentation",
        metrics={"mean_iou": "maximize", "mean_dice": "maximize", "pixel_accuracy": "maximize"},
        reported=_of_both_splits("loss", "mean_iou", "pixel_accuracy"),
        losses=_with_targets(
            "sparse_categorical_crossentropy",
            "labels",
            "one_hot",
            "labels_or_one_hot",
            "binary",
            "masks",
        ),
        why_these="losses of masks, and of the class of each pixel",
        smoothing=True,
        foldable=True,
        latency=True,
        images=True,
    ),
    _classification("table-classification", "pipelines.tasks.tables:TableClassification"),
    TaskEntry(
        name="table-regression",
        reference="pipelines.tasks.tables:TableRegression",
        metrics={"mae": "minimize", "rmse": "minimize", "r2": "maximize"},
        reported=_of_both_splits("loss", "mae", "rmse"),
        losses=_with_targets("mean_squared_error", "numbers", "positive", "not_negative"),
        why_these="losses of one number a row",
        scored=_NUMBER_SCORES,
        foldable=True,
        latency=True,
    ),
    _classification("text-bag-classification", "pipelines.tasks.text_bags:TextBagClassification"),
    _classification("text-classification", "pipelines.tasks.texts:TextClassification"),
    TaskEntry(
        name="translation",
        reference="pipelines.tasks.translation:Translation",
        metrics={"bleu": "maximize", "exact_match": "maximize"},
        reported=_REPORTED,
        losses=_with_targets("sparse_categorical_crossentropy", "labels", "one_hot"),
        why_these="losses of the next token among all",
        smoothing=True,
    ),
)

TASKS: Mapping[str, TaskEntry] = {row.name: row for row in _ROWS}
"""Every task by name."""


def task_entry(name: str) -> TaskEntry:
    """The row of a task.

    Raises:
        ValueError: If there is no such task.

    Example:
        >>> sorted(task_entry("table-regression").reported)
        ['loss', 'mae', 'rmse', 'val_loss', 'val_mae', 'val_rmse']
    """
    if name not in TASKS:
        raise ValueError(unknown_name("task", name, TASKS))
    return TASKS[name]
