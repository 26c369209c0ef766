"""Regression losses in the target's own unit."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

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
            "loss": keras.saving.serialize_keras_object(self.loss),
            "scale": self.scale,
        }

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> InUnits:
        loss = keras.saving.deserialize_keras_object(config["loss"])
        return cls(**{**config, "loss": loss})
