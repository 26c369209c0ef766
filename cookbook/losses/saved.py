"""Keras losses whose options survive saving."""

from __future__ import annotations

from typing import Any

import keras
from typing_extensions import override

from cookbook._ranges import POSITIVE, check_range


@keras.saving.register_keras_serializable("cookbook")
class Huber(keras.losses.Huber):
    """Huber loss that keeps `delta` when a model is saved.

    With `e = |y - p|`: `e ** 2 / 2` up to `delta`, `delta * e - delta ** 2 / 2` beyond. Keras
    3.15 leaves `delta` out of the config, so a reloaded model falls back to 1 in silence.

    Source: Huber 1964. The neural network assignments (source 001) subtract `delta / 2`,
    which makes the loss jump.

    Args:
        delta: Error at which the loss becomes linear, positive.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Raises:
        ValueError: If `delta` is not positive.

    Example:
        >>> Huber.from_config(Huber(2.0).get_config()).delta
        2.0
    """

    def __init__(self, delta: float = 1.0, *, name: str = "huber", **options: Any) -> None:
        check_range("delta", delta, POSITIVE)
        super().__init__(delta=delta, name=name, **options)
        self.delta = delta

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "delta": self.delta}


@keras.saving.register_keras_serializable("cookbook")
class CosineSimilarity(keras.losses.CosineSimilarity):
    """Minus the cosine similarity, keeping `axis` when a model is saved.

    Keras 3.15 leaves `axis` out of the config.

    Args:
        axis: Axis of the vectors.
        name: Name of the loss.
        **options: `reduction` and `dtype` of `keras.losses.Loss`.

    Example:
        >>> CosineSimilarity.from_config(CosineSimilarity(axis=1).get_config()).axis
        1
    """

    def __init__(self, axis: int = -1, *, name: str = "cosine_similarity", **options: Any) -> None:
        super().__init__(axis=axis, name=name, **options)
        self.axis = axis

    @override
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axis": self.axis}
