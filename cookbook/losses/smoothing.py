"""Label smoothing for integer labels."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops
from typing_extensions import override

from cookbook._ranges import BELOW_ONE, check_range


@keras.saving.register_keras_serializable("cookbook")
class SmoothedSparseCategoricalCrossentropy(keras.losses.Loss):
    """Cross-entropy against integer labels whose certainty is lowered.

    The target of the labelled class is `1 - smoothing + smoothing / C`, every other class
    gets `smoothing / C`, so with `log p` the log-probabilities of `C` classes:
    `loss = -(1 - smoothing) log p[y] - smoothing * mean(log p)`. Keras smooths one-hot
    labels only; here the one-hot array is never made.

    Source: Szegedy et al. 2016, Rethinking the Inception architecture.

    Args:
        smoothing: Probability spread over all classes, in [0, 1).
        from_logits: True if the model returns logits, False if it returns probabilities.
        ignore_class: Label whose samples cost nothing, for example -1 for padding. They
            still count in the mean.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: `int[...]` or `int[..., 1]`, labels in [0, C).
        y_pred: `float[..., C]`.

    Raises:
        ValueError: If `smoothing` is out of range.

    Example:
        >>> import numpy as np
        >>> loss = SmoothedSparseCategoricalCrossentropy(0.2)
        >>> round(float(loss(np.array([0]), np.zeros((1, 2)))), 4)  # ln 2 for equal logits, always
        0.6931
    """

    def __init__(
        self,
        smoothing: float = 0.1,
        *,
        from_logits: bool = True,
        ignore_class: int | None = None,
        name: str = "smoothed_sparse_categorical_crossentropy",
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        check_range("smoothing", smoothing, BELOW_ONE)
        self.smoothing = smoothing
        self.from_logits = from_logits
        self.ignore_class = ignore_class

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        if len(y_true.shape) == len(y_pred.shape):
            y_true = ops.squeeze(y_true, axis=-1)
        if self.from_logits:
            log_p = ops.log_softmax(y_pred, axis=-1)
        else:
            # Keras clips probabilities in the same way before it takes a logarithm.
            epsilon = keras.config.epsilon()
            log_p = ops.log(ops.clip(y_pred, epsilon, 1.0))
        labels = ops.cast(y_true, "int32")
        valid = None
        if self.ignore_class is not None:
            valid = ops.not_equal(labels, self.ignore_class)
            labels = ops.where(valid, labels, 0)
        chosen = ops.squeeze(
            ops.take_along_axis(log_p, ops.expand_dims(labels, -1), axis=-1), axis=-1
        )
        loss = -(1.0 - self.smoothing) * chosen - self.smoothing * ops.mean(log_p, axis=-1)
        return loss if valid is None else ops.where(valid, loss, 0.0)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "smoothing": self.smoothing,
            "from_logits": self.from_logits,
            "ignore_class": self.ignore_class,
        }
