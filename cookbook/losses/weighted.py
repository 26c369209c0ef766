"""Losses that count some classes more than others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from typing_extensions import override

from cookbook._nested import from_nested_config, nested_config
from cookbook._ranges import BELOW_ONE, POSITIVE, check_range


@keras.saving.register_keras_serializable("cookbook")
class WeightedBinaryCrossentropy(keras.losses.Loss):
    """Binary cross-entropy whose positive term counts `positive_weight` times.

    `loss = -w y log p - (1 - y) log(1 - p)`. For classes of different size, `w` near
    `negatives / positives` balances them; predicted odds are then `w` times too high.

    Source: King and Zeng 2001, Logistic regression in rare events data.

    Args:
        positive_weight: Weight of positive labels, positive.
        from_logits: True if the model returns logits.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: `float[..., outputs]` in [0, 1].
        y_pred: `float[..., outputs]`, logits or probabilities.

    Raises:
        ValueError: If `positive_weight` is not positive.

    Example:
        >>> loss = WeightedBinaryCrossentropy(3.0)
        >>> round(float(loss(np.ones((1, 1)), np.zeros((1, 1)))), 4)  # 3 ln 2
        2.0794
    """

    def __init__(
        self,
        positive_weight: float = 1.0,
        *,
        from_logits: bool = True,
        name: str = "weighted_binary_crossentropy",
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        check_range("positive_weight", positive_weight, POSITIVE)
        self.positive_weight = positive_weight
        self.from_logits = from_logits

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        if len(y_true.shape) == len(y_pred.shape) - 1:
            y_true = ops.expand_dims(y_true, -1)
        if self.from_logits:
            positive, negative = ops.softplus(-y_pred), ops.softplus(y_pred)
        else:
            epsilon = keras.config.epsilon()
            p = ops.clip(y_pred, epsilon, 1.0 - epsilon)
            positive, negative = -ops.log(p), -ops.log(1.0 - p)
        loss = self.positive_weight * y_true * positive + (1.0 - y_true) * negative
        return ops.mean(loss, axis=-1)

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "positive_weight": self.positive_weight,
            "from_logits": self.from_logits,
        }


@keras.saving.register_keras_serializable("cookbook")
class ClassWeighted(keras.losses.Loss):
    """A classification loss times the weight of each sample's true class.

    With per-sample losses `L` and weights `w[y]`: `sum(w[y] L) / N` as Keras divides, or
    with `normalize` `sum(w[y] L) / sum(w[y])`, which keeps the size of the loss when a
    batch has many heavy samples.

    Args:
        loss: A Keras loss for integer or one-hot labels, or its name in `LOSSES`.
        class_weights: One weight per class, not negative, at least one positive.
        normalize: True to divide by the sum of the weights of the batch.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: Integer labels `[...]` or `[..., 1]`, or one-hot or soft labels `[..., C]`,
            whose weight is the mean weight under the label.
        y_pred: `float[..., C]`.

    Raises:
        ValueError: If a weight is negative, all are zero, or the loss has an `ignore_class`.

    Example:
        >>> loss = ClassWeighted("sparse_categorical_crossentropy", class_weights=(1.0, 3.0))
        >>> round(float(loss(np.array([0, 1]), np.zeros((2, 2)))), 4)  # (1 + 3) / 2 * ln 2
        1.3863
    """

    def __init__(
        self,
        loss: keras.losses.Loss | str = "sparse_categorical_crossentropy",
        *,
        class_weights: Sequence[float],
        normalize: bool = False,
        name: str = "class_weighted",
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        if isinstance(loss, str):
            from cookbook.losses.registry import make_loss

            loss = make_loss(loss)
        if (ignored := getattr(loss, "ignore_class", None)) is not None:
            raise ValueError(
                f"A loss with classes' weights ignores no class. Got ignore_class={ignored}: leave "
                "it out, and give such samples a `sample_weight` of 0 and any class."
            )
        self.loss = loss
        self.class_weights = [float(weight) for weight in class_weights]
        if min(self.class_weights, default=0.0) < 0 or not sum(self.class_weights) > 0:
            raise ValueError(
                "`class_weights` must not be negative and at least one must be positive. "
                f"Got class_weights={self.class_weights}: give one weight per class."
            )
        self.normalize = normalize

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        classes = len(self.class_weights)
        if y_pred.shape[-1] != classes:
            raise ValueError(
                "There must be one weight per class. Got "
                f"{classes} class weights and predictions of shape {tuple(y_pred.shape)}: "
                f"give {y_pred.shape[-1]} weights."
            )
        losses = self.loss.call(y_true, y_pred)
        weights = ops.cast(self._weights(y_true, y_pred), losses.dtype)
        if self.normalize:
            weights = weights / ops.maximum(ops.mean(weights), keras.config.epsilon())
        return losses * weights

    def _weights(self, y_true: Any, y_pred: Any) -> Any:
        """Weight of every sample, shaped like the per-sample losses."""
        table = ops.convert_to_tensor(np.asarray(self.class_weights, "float32"))
        same_rank = len(y_true.shape) == len(y_pred.shape)
        if same_rank and y_true.shape[-1] == len(self.class_weights):
            return ops.sum(y_true * ops.cast(table, y_true.dtype), axis=-1)
        labels = ops.squeeze(y_true, axis=-1) if same_rank else y_true
        return ops.take(table, ops.cast(labels, "int32"))

    @override
    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            **nested_config(loss=self.loss),
            "class_weights": self.class_weights,
            "normalize": self.normalize,
        }

    @classmethod
    @override
    def from_config(cls, config: dict[str, Any]) -> ClassWeighted:
        return from_nested_config(cls, config, "loss")


def effective_number_weights(
    samples_per_class: Sequence[int], *, beta: float = 0.999
) -> tuple[float, ...]:
    """Class weights `(1 - beta) / (1 - beta ** n)`, scaled so that their mean is 1.

    The effective number of `n` samples is `(1 - beta ** n) / (1 - beta)`: further samples of
    a class add less and less. `beta = 0` gives equal weights, `beta -> 1` the inverse
    frequency.

    Source: Cui et al. 2019, Class-balanced loss.

    Args:
        samples_per_class: Training samples of each class, at least one each.
        beta: In [0, 1).

    Returns:
        One weight per class.

    Raises:
        ValueError: If a class has no sample or `beta` is out of range.

    Example:
        >>> [round(weight, 3) for weight in effective_number_weights((10, 1), beta=0.9)]
        [0.266, 1.734]
    """
    check_range("beta", beta, BELOW_ONE)
    counts = np.asarray(samples_per_class, dtype="float64")
    if counts.ndim != 1 or counts.size == 0 or not (counts >= 1).all():
        raise ValueError(
            "Every class must have at least one sample. "
            f"Got samples_per_class={samples_per_class!r}: leave out classes without samples."
        )
    weights = (1.0 - beta) / (1.0 - beta**counts)
    return tuple(float(weight) for weight in weights / weights.mean())


def class_balanced(
    loss: keras.losses.Loss | str = "sparse_categorical_crossentropy",
    *,
    samples_per_class: Sequence[int],
    beta: float = 0.999,
    **options: Any,
) -> ClassWeighted:
    """Weights a classification loss by the effective number of samples of each class.

    Args:
        loss: A Keras loss or its name in `LOSSES`.
        samples_per_class: Training samples of each class, at least one each.
        beta: In [0, 1); see `effective_number_weights`.
        **options: Further arguments of `ClassWeighted`.

    Returns:
        The weighted loss.

    Example:
        >>> class_balanced(samples_per_class=(5, 5)).class_weights
        [1.0, 1.0]
    """
    weights = effective_number_weights(samples_per_class, beta=beta)
    return ClassWeighted(loss, class_weights=weights, **options)
