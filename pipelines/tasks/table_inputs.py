"""The rows of a table as batches: what classification and regression of tables share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.datasets.containers import Dataset, Split
from pipelines.datasets.sample_weights import NAME as SAMPLE_WEIGHT
from pipelines.datasets.sample_weights import checked_weights, weights_at
from pipelines.inputs.feeds import ArrayFeed
from pipelines.preprocessing import TabularPreprocessor
from pipelines.preprocessing.columns import NumericOptions
from pipelines.tasks.sample_weights import training_weights, weight_column

if TYPE_CHECKING:
    from pipelines.hyperparameters.options import TrainingOptions

VALIDATION_BATCH = 1024


class TableInputs:
    """Fits the preprocessing of a table and makes its batches.

    Args:
        dataset: A tabular dataset.
        options: Batch size.
        extra: `outliers`, `outlier_action`, `power`, `scaling`, and `sample_weight`: the column
            of the weights of the training rows, which is then no input.
    """

    names = frozenset({"outliers", "outlier_action", "power", "scaling", SAMPLE_WEIGHT})

    def __init__(
        self, dataset: Dataset, options: TrainingOptions, extra: Mapping[str, Any]
    ) -> None:
        numeric = {key: extra[key] for key in ("power", "scaling") if key in extra}
        outliers = {key: extra[key] for key in ("outliers", "outlier_action") if key in extra}
        schema = dataset.schema
        self.preprocessor = TabularPreprocessor(
            options=NumericOptions(**numeric),
            dates=None if schema is None else schema.dates,
            texts=() if schema is None else schema.texts,
            reading=None if schema is None else schema.reading,
            drop_constant=True,
            **outliers,
        )
        self._weights = weight_column(extra, dataset)
        inputs = dataset.train.x
        if self._weights is not None:
            inputs = inputs.drop(columns=self._weights)
        self.preprocessor.fit(inputs, dataset.train.y)
        self._options = options

    def model_arguments(self) -> dict[str, Any]:
        """`input_shape` is `(features,)`, the first `num_numeric` of them numbers."""
        features = len(self.preprocessor.feature_names)
        return {"input_shape": (features,), "num_numeric": self.preprocessor.num_numeric}

    def training_feed(self, rows: Split, *, seed: int) -> ArrayFeed:
        """Shuffled batches of raw rows, with their weights if there are any."""
        return ArrayFeed(
            self.preprocessor.transform(rows.x),
            rows.y,
            batch_size=self._options.batch_size,
            seed=seed,
            sample_weight=self._weights_of(rows),
        )

    def validation_feed(self, rows: Split) -> ArrayFeed:
        """Batches of raw rows in order."""
        x = self.preprocessor.transform(rows.x)
        return ArrayFeed(x, rows.y, batch_size=VALIDATION_BATCH, shuffle=False)

    def training_rows(self, dataset: Dataset, *, with_validation: bool) -> Split:
        """Raw rows to train on, without the outliers that are to be removed."""
        rows = dataset.train_and_validation() if with_validation else dataset.train
        kept = self.preprocessor.kept_rows
        # The preprocessing has seen the training rows, which come first.
        chosen = np.concatenate([kept, np.ones(len(rows) - len(kept), bool)])
        return Split(
            rows.x[chosen], np.asarray(rows.y)[chosen], weights=weights_at(rows.weights, chosen)
        )

    def _weights_of(self, rows: Split) -> np.ndarray | None:
        if self._weights is None:
            return training_weights(rows)
        return checked_weights(rows.x[self._weights], f"Weights ({self._weights!r})")
