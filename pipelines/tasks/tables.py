"""Classification and regression of rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from cookbook.losses.in_units import InUnits, MetricInUnits
from cookbook.losses.registry import LOSSES, make_loss
from cookbook.models.ensembles import MemberEnsemble
from pipelines.baselines.classifiers import best_classifier, make_classifier
from pipelines.figures import residual_figure
from pipelines.inputs.feeds import ArrayFeed, Feed
from pipelines.preprocessing import TargetEncoder
from pipelines.tasks.base import Task
from pipelines.tasks.classification import PREDICTION_BATCH, Classification
from pipelines.tasks.diagnostics import residual_report
from pipelines.tasks.outputs import outputs_of
from pipelines.tasks.registry import task_entry
from pipelines.tasks.scorers import Scorer, number_scorers
from pipelines.tasks.scores import number_scores
from pipelines.tasks.table_inputs import TableInputs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Split
    from pipelines.hyperparameters.options import TrainingOptions


class TableClassification(Classification):
    """Rows of a table to classes."""

    extra_names = TableInputs.names | Classification.extra_names

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        self._table = TableInputs(dataset, options, extra)

    def model_arguments(self) -> dict[str, Any]:
        """The columns, and the number of classes under both names that builders use."""
        return {
            **self._table.model_arguments(),
            "num_classes": self.dataset.num_classes,
            "num_outputs": self.outputs,
        }

    def inputs(self, x: Any) -> Any:
        """Transformed rows, `float32[rows, features]`."""
        return self._table.preprocessor.transform(x)

    def features(self, x: Any) -> Any:
        """The same rows: the baseline gets the same preprocessing."""
        return self.inputs(x)

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """The best of logistic regression, random forest and gradient boosting.

        Trained on the same rows and chosen on the validation rows; log-probabilities.
        """
        train, validation = self.dataset.train, self.dataset.validation
        name, model = best_classifier(
            (self.inputs(train.x), np.asarray(train.y)),
            (self.inputs(validation.x), np.asarray(validation.y)),
        )
        if with_validation:
            rows = self.training_rows(with_validation=True)
            model = make_classifier(name).fit(self.inputs(rows.x), np.asarray(rows.y))
        # Forests give probabilities of exactly 0, whose logarithm no score survives.
        probabilities = np.clip(model.predict_proba(self.inputs(split.x)), 1e-6, 1.0)
        return name, np.log(probabilities)

    def training_feed(self, *, seed: int, with_validation: bool) -> Feed:
        """Shuffled batches."""
        rows = self._table.training_rows(self.dataset, with_validation=with_validation)
        return self.weighted(self._table.training_feed(rows, seed=seed))

    def validation_feed(self) -> ArrayFeed:
        """Validation rows in order."""
        return self._table.validation_feed(self.dataset.validation)

    def serving_config(self) -> dict[str, Any]:
        """The table's preprocessing and the class names."""
        inputs = self._table.preprocessor.to_config()
        return {"inputs": inputs, "outputs": self.class_output()}

    def raw_example(self) -> Any:
        """Two raw rows."""
        return self.dataset.train.x.head(2)


class TableRegression(Task):
    """Rows of a table to one number; the model sees standardised targets.

    Parameters of losses that are distances, such as Huber's delta, are therefore in standard
    deviations of the target. Losses that take no negative numbers get targets divided by their
    mean, and the model a softplus behind its output. The quantile loss is not centred on the
    mean, which the metrics are about.

    Its own hyperparameters, beside those of the table: `target_outliers` (`"z-score"`, `"iqr"`)
    caps the training targets that lie far from the others, `target_transform` (`"log"`, `"sqrt"`,
    `"box-cox"`, `"yeo-johnson"`) makes skewed targets more symmetric and is undone in
    predictions. Validation and test targets stay as they are.

    Raises:
        ValueError: If the options ask for label smoothing or several quantiles, or the loss
            takes no targets like these.
    """

    extra_names = TableInputs.names | {"target_transform", "target_outliers"}

    def __init__(self, dataset: Any, options: Any, extra: Any) -> None:
        super().__init__(dataset, options, extra)
        self._table = TableInputs(dataset, options, extra)
        self._loss = LOSSES[options.loss or "mean_squared_error"]
        _check_options(options, self._loss.targets, np.asarray(dataset.train.y))
        kind = "standardized" if self._loss.targets == "numbers" else "scaled"
        shape = {
            "transform": extra.get("target_transform"),
            "outliers": extra.get("target_outliers"),
        }
        if any(value not in (None, "none") for value in shape.values()) and kind == "scaled":
            raise ValueError(
                "`target_transform` and `target_outliers` go with losses of any numbers. Got "
                f"loss={options.loss!r}: leave them out, or take a loss such as huber."
            )
        self._targets = TargetEncoder(kind, **{k: v or "none" for k, v in shape.items()})
        self._targets.fit(dataset.train.y)

    def model_arguments(self) -> dict[str, Any]:
        """The columns and one output."""
        return {**self._table.model_arguments(), "num_outputs": 1}

    def loss(self) -> keras.losses.Loss:
        """Squared error, or the loss that the options name."""
        loss = make_loss(self._loss.name, **self.options.of("loss"))
        return InUnits(loss, self._targets.deviation) if self._loss.in_units else loss

    def adapt(self, model: keras.Model) -> keras.Model:
        """The model, with a softplus behind its output for a loss of positive numbers."""
        if self._loss.targets == "numbers":
            return model
        if isinstance(model, MemberEnsemble):
            return model.activated("softplus")
        if not type(model).__module__.startswith("keras."):
            raise ValueError(
                f"The loss {self._loss.name!r} takes a softplus behind the model's output, and "
                f"{type(model).__name__} computes the outputs of a training in its own way: take "
                "another loss, such as huber, or another builder."
            )
        positive = keras.layers.Activation("softplus", dtype="float32", name="positive")
        return keras.Model(model.inputs, positive(model.outputs[0]), name=model.name)

    def metrics(self) -> list[keras.metrics.Metric]:
        """Mean absolute error and root mean squared error in the target's unit.

        Of a transformed target no multiple of what the model computes has that unit.
        """
        if self._targets.is_transformed:
            return []
        errors = (
            keras.metrics.MeanAbsoluteError(name="mae"),
            keras.metrics.RootMeanSquaredError(name="rmse"),
        )
        return [MetricInUnits(error, self._targets.deviation) for error in errors]

    @property
    def validation_scores(self) -> tuple[str, ...]:
        """The same of a transformed target, from predictions of the validation rows."""
        return ("mae", "rmse") if self._targets.is_transformed else ()

    def training_feed(self, *, seed: int, with_validation: bool) -> ArrayFeed:
        """Shuffled batches."""
        rows = self._table.training_rows(self.dataset, with_validation=with_validation)
        encoded = replace(rows, y=self._encoded(self._targets.capped(rows.y)))
        return self._table.training_feed(encoded, seed=seed)

    def validation_feed(self) -> ArrayFeed:
        """Validation rows in order."""
        rows = self.dataset.validation
        return self._table.validation_feed(replace(rows, y=self._encoded(rows.y)))

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """Predictions in the target's unit, `float64[rows]`."""
        rows = self._table.preprocessor.transform(x)
        outputs = outputs_of(model, rows, batch_size=PREDICTION_BATCH)
        return np.asarray(self._targets.inverse(outputs.reshape(len(rows), -1)[:, 0]))

    def measure(self, predictions: np.ndarray, y: Any) -> dict[str, float]:
        """Errors in the target's unit, and the share of variance explained."""
        return number_scores(predictions, y)

    @property
    def scorers(self) -> Mapping[str, Scorer]:
        """MAPE, and the pinball loss at the quantile that the model is trained for."""
        quantiles = np.atleast_1d(self.options.of("loss").get("quantiles", 0.5))
        return number_scorers([float(quantile) for quantile in quantiles])

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """Gradient boosting on the same rows."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        transform = self._table.preprocessor.transform
        model = HistGradientBoostingRegressor(random_state=0)
        rows = self.training_rows(with_validation=with_validation)
        model.fit(transform(rows.x), np.asarray(rows.y))
        return "gradient boosting", model.predict(transform(split.x))

    def figures_and_reports(
        self, predictions: np.ndarray, split: Split, *, model: keras.Model
    ) -> tuple[dict[str, Figure], dict[str, Any]]:
        """Predictions against truth, and the numbers of the picture."""
        truth = np.asarray(split.y)
        figures = {"residuals": residual_figure(truth, predictions)}
        return figures, {"residuals": residual_report(truth, predictions)}

    def serving_config(self) -> dict[str, Any]:
        """The table's preprocessing and the target's scale."""
        return {
            "inputs": self._table.preprocessor.to_config(),
            "outputs": {"kind": "number", **self._targets.scale_config()},
        }

    def raw_example(self) -> Any:
        """Two raw rows."""
        return self.dataset.train.x.head(2)

    def _encoded(self, y: Any) -> np.ndarray:
        # One column, as the model's output: Keras would broadcast [n] against [n, 1].
        return np.asarray(self._targets.transform(y), np.float32).reshape(-1, 1)


def _check_options(options: TrainingOptions, targets: str, y: np.ndarray) -> None:
    """Refuses what a regression to one number has no place for."""
    task_entry("table-regression").check_smoothing(options)
    quantiles = options.of("loss").get("quantiles", 0.5)
    if isinstance(quantiles, list | tuple) and len(quantiles) != 1:
        raise ValueError(
            "The model returns one number a row, so one quantile. Got "
            f"loss.quantiles={tuple(quantiles)}: train once for each of them."
        )
    lowest = float(y.min())
    if (targets == "positive" and lowest <= 0) or (targets == "not_negative" and lowest < 0):
        least = "above 0" if targets == "positive" else "of at least 0"
        raise ValueError(
            f"The loss {options.loss!r} takes targets {least}. Got targets from {lowest:g}: take "
            "another loss, such as huber."
        )
