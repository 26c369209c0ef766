"""Overlap of predicted and true masks."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from typing_extensions import override

from cookbook._ranges import POSITIVE, check_range


class Overlap(keras.losses.Loss):
    """One minus how far masks overlap, per sample and class, then the mean over classes.

    Unlike pixel-wise cross-entropy it does not drown small objects in background.

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
    """

    def __init__(self, *, smooth: float, from_logits: bool, name: str, **options: Any) -> None:
        super().__init__(name=name, **options)
        check_range("smooth", smooth, POSITIVE)
        self.smooth = smooth
        self.from_logits = from_logits

    @abstractmethod
    def overlap(self, common: Any, both: Any) -> Any:
        """The overlap in [0, 1] of masks.

        Args:
            common: `sum(y p)`, `float[batch, classes]`.
            both: `sum(y) + sum(p)` of the same shape.
        """

    def over_classes(self, losses: Any) -> Any:
        """One number a sample, from `float[batch, classes]`."""
        return ops.mean(losses, axis=-1)

    @override
    def call(self, y_true: Any, y_pred: Any) -> Any:
        if self.from_logits:
            y_pred = ops.sigmoid(y_pred) if y_pred.shape[-1] == 1 else ops.softmax(y_pred, axis=-1)
        y_true = ops.cast(y_true, y_pred.dtype)
        positions = tuple(range(1, len(y_pred.shape) - 1))
        common = ops.sum(y_true * y_pred, axis=positions)
        return self.over_classes(
            1.0 - self.overlap(common, ops.sum(y_true + y_pred, axis=positions))
        )

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "smooth": self.smooth, "from_logits": self.from_logits}


@keras.saving.register_keras_serializable("cookbook")
class SoftIoU(Overlap):
    """One minus the intersection over union of probabilities instead of sets.

    `1 - (sum(y p) + smooth) / (sum(y) + sum(p) - sum(y p) + smooth)`; see `Overlap` for the
    arguments.

    Source: Rahman and Wang 2016, Optimizing intersection-over-union.

    Example:
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
        super().__init__(smooth=smooth, from_logits=from_logits, name=name, **options)

    @override
    def overlap(self, common: Any, both: Any) -> Any:
        return (common + self.smooth) / (both - common + self.smooth)


@keras.saving.register_keras_serializable("cookbook")
class SoftDice(Overlap):
    """One minus Dice's coefficient of probabilities instead of sets.

    `1 - (2 sum(y p) + smooth) / (sum(y) + sum(p) + smooth)`; see `Overlap` for the arguments.
    `keras.losses.Dice` sums over the whole batch and all classes, in which the background
    counts most.

    Source: Milletari et al. 2016, V-Net.

    Example:
        >>> loss = SoftDice(smooth=1e-6)
        >>> true = np.array([[[1.0], [1.0], [0.0]]])  # one sample, three positions, one class
        >>> round(float(loss(true, np.array([[[1.0], [0.0], [0.0]]]))), 3)  # 1 - 2 / 3
        0.333
    """

    def __init__(
        self,
        *,
        smooth: float = 1.0,
        from_logits: bool = False,
        name: str = "soft_dice",
        **options: Any,
    ) -> None:
        super().__init__(smooth=smooth, from_logits=from_logits, name=name, **options)

    @override
    def overlap(self, common: Any, both: Any) -> Any:
        return (2.0 * common + self.smooth) / (both + self.smooth)


class _Weighted:
    """Mixin over an `Overlap`: a weighted mean over the classes."""

    def __init__(self, *, class_weights: Sequence[float], **options: Any) -> None:
        super().__init__(**options)
        self.class_weights = [float(weight) for weight in class_weights]
        if min(self.class_weights, default=0.0) < 0 or not sum(self.class_weights) > 0:
            raise ValueError(
                "`class_weights` must not be negative and at least one must be positive. "
                f"Got class_weights={self.class_weights}: give one weight per class."
            )

    def over_classes(self, losses: Any) -> Any:
        """The mean by the weights."""
        if losses.shape[-1] != len(self.class_weights):
            raise ValueError(
                f"There must be one weight per class. Got {len(self.class_weights)} class weights "
                f"and masks of {losses.shape[-1]} classes: give {losses.shape[-1]} weights."
            )
        shares = np.asarray(self.class_weights) / sum(self.class_weights)
        return ops.sum(losses * ops.convert_to_tensor(shares, losses.dtype), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """The weights too."""
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return {**config, "class_weights": self.class_weights}


@keras.saving.register_keras_serializable("cookbook")
class WeightedIoU(_Weighted, SoftIoU):
    """`SoftIoU` whose classes count by weights.

    Args:
        class_weights: One weight per class, not negative, at least one positive; only their
            proportions matter.
        smooth: As for `SoftIoU`.
        from_logits: As for `SoftIoU`.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Raises:
        ValueError: If the weights are negative or all 0, or not as many as classes.
    """

    def __init__(
        self,
        *,
        class_weights: Sequence[float],
        smooth: float = 1.0,
        from_logits: bool = False,
        name: str = "weighted_iou",
        **options: Any,
    ) -> None:
        super().__init__(
            class_weights=class_weights,
            smooth=smooth,
            from_logits=from_logits,
            name=name,
            **options,
        )


@keras.saving.register_keras_serializable("cookbook")
class WeightedDice(_Weighted, SoftDice):
    """`SoftDice` whose classes count by weights; the arguments are those of `WeightedIoU`.

    Source: Sudre et al. 2017, Generalised Dice overlap.

    Example:
        >>> loss = WeightedDice(class_weights=(0.0, 2.0), smooth=1e-6)
        >>> true = np.array([[[1.0, 0.0], [0.0, 1.0]]])
        >>> wrong = np.array([[[0.0, 1.0], [0.0, 1.0]]])
        >>> round(float(loss(true, wrong)), 3)  # of the second class alone: 1 - 2 / 3
        0.333
    """

    def __init__(
        self,
        *,
        class_weights: Sequence[float],
        smooth: float = 1.0,
        from_logits: bool = False,
        name: str = "weighted_dice",
        **options: Any,
    ) -> None:
        super().__init__(
            class_weights=class_weights,
            smooth=smooth,
            from_logits=from_logits,
            name=name,
            **options,
        )
