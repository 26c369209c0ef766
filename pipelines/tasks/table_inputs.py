"""The rows of a table as batches: what classification and regression of tables share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.inputs.feeds import ArrayFeed
from pipelines.preprocessing import TabularPreprocessor
from pipelines.preprocessing.columns import NumericOptions
from pipelines.tasks.sample_weights import NAME as SAMPLE_WEIGHT
from pipelines.tasks.sample_weights import checked_weights, weight_column

if TYPE_CHECKING:
    from pipelines.datasets.containers import Dataset
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
            drop_constant=True,
            **outliers,
        )
        self._weights = weight_column(extra, dataset.train.x)
        inputs = dataset.train.x
        if self._weights is not None:
            inputs = inputs.drop(columns=self._weights)
        self.preprocessor.fit(inputs, dataset.train.y)
        self._options = options

    def model_arguments(self) -> dict[str, Any]:
        """`input_shape` is `(features,)`, the first `num_numeric` of them numbers."""
        features = len(self.preprocessor.feature_names)
        return {"input_shape": (features,), "num_numeric": self.preprocessor.num_numeric}

    def feed(self, x: Any, y: np.ndarray, *, seed: int = 0, shuffle: bool = False) -> ArrayFeed:
        """Batches of transformed rows; those to train on, which are shuffled, have weights."""
        weights = None
        if shuffle and self._weights is not None:
            weights = checked_weights(x[self._weights], f"Weights ({self._weights!r})")
        return ArrayFeed(
            self.preprocessor.transform(x),
            y,
            batch_size=self._options.batch_size if shuffle else VALIDATION_BATCH,
            seed=seed,
            shuffle=shuffle,
            sample_weight=weights,
        )

    def training_rows(self, dataset: Dataset, *, with_validation: bool) -> tuple[Any, np.ndarray]:
        """Rows to train on, without the outliers that are to be removed."""
        kept = self.preprocessor.kept_rows
        x, y = dataset.train.x[kept], np.asarray(dataset.train.y)[kept]
        if not with_validation:
            return x, y
        import pandas as pd

        joined = pd.concat([x, dataset.validation.x])
        return joined, np.concatenate([y, np.asarray(dataset.validation.y)])
