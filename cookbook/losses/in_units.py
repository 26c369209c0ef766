"""Losses and metrics of regression in the target's own unit."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

from cookbook._nested import from_nested_config, nested_config
from cookbook._ranges import POSITIVE, check_range


@keras.saving.register_keras_serializable("cookbook")
class InUnits(keras.losses.Loss):
    """A loss of scaled targets and predictions, computed in the target's own unit.

    Networks learn scaled targets faster, but some losses change their meaning with the scale:
    `log(1 + y)` is linear for small `y`.

    Args:
        loss: The loss.
        scale: What one unit of targets and predictions stands for, positive.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Raises:
        ValueError: If `scale` is not positive.

    Example:
        >>> import numpy as np
        >>> loss = InUnits(keras.losses.MeanAbsoluteError(), 10.0)
        >>> float(loss(np.array([[0.5]]), np.array([[0.2]])))
        3.0
    """

    def __init__(
        self, loss: keras.losses.Loss, scale: float, *, name: str | None = None, **options: Any
    ) -> None:
        super().__init__(name=name or loss.name, **options)
        check_range("scale", scale, POSITIVE)
        self.loss = loss
        self.scale = float(scale)

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.loss.call(y_true * self.scale, y_pred * self.scale)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            **nested_config(loss=self.loss),
            "scale": self.scale,
        }

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> InUnits:
        return from_nested_config(cls, config, "loss")


@keras.saving.register_keras_serializable("cookbook")
class MetricInUnits(keras.metrics.Metric):
    """A metric of scaled targets and predictions, computed in the target's own unit.

    Args:
        metric: The metric, of differences between targets and predictions.
        scale: What one unit of targets and predictions stands for, positive.
        name: Name of the metric.
        **options: `dtype` of `keras.metrics.Metric`.

    Raises:
        ValueError: If `scale` is not positive.

    Example:
        >>> import numpy as np
        >>> metric = MetricInUnits(keras.metrics.MeanAbsoluteError(name="mae"), 10.0)
        >>> metric.update_state(np.array([[0.5]]), np.array([[0.2]]))
        >>> metric.name, round(float(metric.result()), 5)
        ('mae', 3.0)
    """

    def __init__(
        self, metric: keras.metrics.Metric, scale: float, *, name: str | None = None, **options: Any
    ) -> None:
        super().__init__(name=name or metric.name, **options)
        check_range("scale", scale, POSITIVE)
        self.metric = metric
        self.scale = float(scale)

    @override
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.metric.update_state(y_true * self.scale, y_pred * self.scale, sample_weight)

    @override
    def result(self) -> Any:
        return self.metric.result()

    @override
    def reset_state(self) -> None:
        self.metric.reset_state()

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            **nested_config(metric=self.metric),
            "scale": self.scale,
        }

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> MetricInUnits:
        return from_nested_config(cls, config, "metric")
