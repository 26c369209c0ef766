"""Overlap of a predicted and a true mask."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops
from typing_extensions import override

from cookbook._ranges import POSITIVE, check_range


@keras.saving.register_keras_serializable("cookbook")
class SoftIoU(keras.losses.Loss):
    """One minus the intersection over union of probabilities instead of sets.

    Per sample and class, summed over all positions:
    `loss = 1 - (sum(y p) + smooth) / (sum(y) + sum(p) - sum(y p) + smooth)`, then the mean
    over classes. Unlike pixel-wise cross-entropy it does not drown small objects in
    background.

    Source: Rahman and Wang 2016, Optimizing intersection-over-union.

    Args:
        smooth: Positive number that keeps the quotient defined for empty masks; two empty
            masks agree, their loss is 0.
        from_logits: True if predictions are logits; they pass a sigmoid for one class and a
            softmax for several.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: `float[batch, ..., classes]` in [0, 1], one-hot for several classes.
        y_pred: The same shape: probabilities, or logits.

    Raises:
        ValueError: If `smooth` is not positive.

    Example:
        >>> import numpy as np
        >>> loss = SoftIoU(smooth=1e-6)
        >>> true = np.array([[[1.0], [1.0], [0.0]]])  # one sample, three positions, one class
        >>> round(float(loss(true, np.array([[[1.0], [0.0], [0.0]]]))), 3)
        0.5
    """

    def __init__(
        self,
        *,
        smooth: float = 1.0,
        from_logits: bool = False,
        name: str = "soft_iou",
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        check_range("smooth", smooth, POSITIVE)
        self.smooth = smooth
        self.from_logits = from_logits

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred) if y_pred.shape[-1] == 1 else ops.softmax(y_pred, axis=-1)
        positions = tuple(range(1, len(y_pred.shape) - 1))
        intersection = ops.sum(y_true * y_pred, axis=positions)
        union = ops.sum(y_true + y_pred, axis=positions) - intersection
        return ops.mean(1.0 - (intersection + self.smooth) / (union + self.smooth), axis=-1)

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "smooth": self.smooth, "from_logits": self.from_logits}
