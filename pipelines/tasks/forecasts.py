"""Forecasts of a series, with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from cookbook.losses.quantile import Quantile
from pipelines.baselines.forecasts import forecasts
from pipelines.figures import residual_figure
from pipelines.inputs.feeds import ArrayFeed
from pipelines.preprocessing.series import SeriesPreprocessor
from pipelines.preprocessing.targets import TargetEncoder
from pipelines.tasks.base import Task
from pipelines.tasks.classification import PREDICTION_BATCH
from pipelines.tasks.scorers import Scorer, number_scorers
from pipelines.tasks.scores import number_scores

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipelines.datasets.containers import Dataset, Split
    from pipelines.hyperparameters.options import TrainingOptions

# The forecast is the median; the outer two hold 80 % of what happens.
QUANTILES = (0.1, 0.5, 0.9)
VALIDATION_BATCH = 1024
ANOMALY = 2.5
# Options of the dataset without which a new file could be read in another way.
READ_AS = ("target", "target_decimal", "time", "time_format", "step")


class Forecast(Task):
    """The next steps of a series, each as three quantiles, by the pinball loss.

    Args:
        dataset: Windows of a series.
        options: How the model is trained.
        extra: `window`: steps that the network sees; `anomaly_weight`: how many times a training
            window counts whose future holds a value beyond `ANOMALY` standard deviations of the
            series (rare events, spikes), 1 by default.
    """

    extra_names = frozenset({"window", "anomaly_weight"})

    def __init__(
        self, dataset: Dataset, options: TrainingOptions, extra: Mapping[str, Any]
    ) -> None:
        super().__init__(dataset, options, extra)
        self._horizon = np.asarray(dataset.train.y).shape[1]
        self._season = int(dataset.options.get("season", 1))
        past = np.asarray(dataset.train.x).shape[1]
        self._inputs = SeriesPreprocessor(
            window=min(int(extra.get("window", past)), past),
            season=self._season,
            horizon=self._horizon,
        ).fit(dataset.train.x)
        self._targets = TargetEncoder("standardized").fit(np.asarray(dataset.train.y).ravel())
        self._anomaly_weight = float(extra.get("anomaly_weight", 1.0))

    def model_arguments(self) -> dict[str, Any]:
        """Steps and channels, and three outputs a step of the forecast."""
        outputs = self._horizon * len(QUANTILES)
        return {"input_shape": self._inputs.input_shape, "num_outputs": outputs}

    def adapt(self, model: keras.Model) -> keras.Model:
        """Outputs as `float32[batch, horizon, 3]`."""
        shape = (self._horizon, len(QUANTILES))
        # Logits are float32 in every precision; a layer of the mixed one would round them.
        quantiles = keras.layers.Reshape(shape, dtype="float32", name="quantiles")
        return keras.Model(model.inputs, quantiles(model.outputs[0]), name=model.name)

    def loss(self) -> keras.losses.Loss:
        """Pinball loss of the three quantiles."""
        return Quantile(QUANTILES)

    def metrics(self) -> list[keras.metrics.Metric]:
        """None beside the loss."""
        return []

    def training_feed(self, *, seed: int, with_validation: bool) -> ArrayFeed:
        """Shuffled windows."""
        rows = self.training_rows(with_validation=with_validation)
        return self._feed(rows, seed=seed, shuffle=True)

    def validation_feed(self) -> ArrayFeed:
        """Validation windows in order."""
        return self._feed(self.dataset.validation)

    def _feed(self, split: Split, *, seed: int = 0, shuffle: bool = False) -> ArrayFeed:
        y = self._targets.transform(split.y)
        weights = None
        if shuffle and self._anomaly_weight != 1.0:
            unusual = (np.abs(y) > ANOMALY).any(axis=1)
            weights = np.where(unusual, self._anomaly_weight, 1.0).astype(np.float32)
            # A weight for each step of the window, as there are losses.
            weights = np.repeat(weights[:, np.newaxis], y.shape[1], axis=1)
        return ArrayFeed(
            self._inputs.transform(split.x),
            y[..., np.newaxis],
            sample_weight=weights,
            batch_size=self.options.batch_size if shuffle else VALIDATION_BATCH,
            seed=seed,
            shuffle=shuffle,
        )

    def predict(self, model: keras.Model, x: Any) -> np.ndarray:
        """Quantiles in the unit of the series, `float64[n, horizon, 3]`, in ascending order."""
        outputs = model.predict(self._inputs.transform(x), batch_size=PREDICTION_BATCH, verbose=0)
        return np.sort(np.asarray(self._targets.inverse(outputs)), axis=-1)

    def measure(self, predictions: np.ndarray, y: Any) -> dict[str, float]:
        """Errors of the median, and the share of values inside the interval (0.8 is right)."""
        truth = np.asarray(y, np.float64)
        scores = number_scores(predictions[..., 1].ravel(), truth.ravel())
        inside = (predictions[..., 0] <= truth) & (truth <= predictions[..., 2])
        return {name: scores[name] for name in ("mae", "rmse", "r2")} | {
            "coverage": float(inside.mean())
        }

    @property
    def scorers(self) -> Mapping[str, Scorer]:
        """MAPE of the median, and the mean pinball loss of the three quantiles."""
        return number_scorers(QUANTILES, median=1)

    def baseline(self, split: Split, *, with_validation: bool = False) -> tuple[str, np.ndarray]:
        """The best of the simple methods on the validation rows."""
        found = self._baselines(self.dataset.validation, self.dataset.train)
        truth = np.asarray(self.dataset.validation.y)
        best = min(found, key=lambda name: float(np.abs(found[name][..., 1] - truth).mean()))
        rows = self.training_rows(with_validation=with_validation)
        return best, self._baselines(split, rows)[best]

    def _baselines(self, split: Split, rows: Split) -> dict[str, np.ndarray]:
        """Forecasts with intervals by the quantiles of the errors on the rows to fit on."""
        x, y = np.asarray(rows.x), np.asarray(rows.y)
        found = {}
        for name, forecast in forecasts(x, y, self._season).items():
            low, high = np.quantile(y - forecast(x), (QUANTILES[0], QUANTILES[2]), axis=0)
            middle = np.asarray(forecast(np.asarray(split.x)), np.float64)
            found[name] = np.stack([middle + low, middle, middle + high], axis=-1)
        return found

    def notes(self, model: keras.Model) -> dict[str, str]:
        """Every simple method beside the model, on the validation rows."""
        split = self.dataset.validation
        rows = {"model": self.predict(model, split.x), **self._baselines(split, self.dataset.train)}
        lines = [f"{'method':<22}      mae     rmse  coverage"]
        for name, predictions in rows.items():
            scores = self.measure(predictions, split.y)
            numbers = f"{scores['mae']:9.4g}{scores['rmse']:9.4g}{scores['coverage']:10.3f}"
            lines.append(f"{name:<22}{numbers}")
        return {"forecasts.txt": "\n".join(lines) + "\n"}

    def figures_and_reports(
        self, predictions: np.ndarray, split: Split, *, model: keras.Model
    ) -> tuple[dict[str, Figure], dict[str, Any]]:
        """Forecasts against truth."""
        median = predictions[..., 1].ravel()
        return {"residuals": residual_figure(np.asarray(split.y).ravel(), median)}, {}

    def serving_config(self) -> dict[str, Any]:
        """The windows' preprocessing, the scale of the series and how its file was read."""
        scale = self._targets.to_config()
        return {
            "inputs": self._inputs.to_config(),
            "outputs": {
                "kind": "forecast",
                "mean": scale["mean"],
                "deviation": scale["deviation"],
            },
            **{name: self.dataset.options.get(name) for name in READ_AS},
        }

    def raw_example(self) -> Any:
        """Two windows of the past."""
        return np.asarray(self.dataset.train.x[:2])
