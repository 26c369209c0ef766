"""Noise on pixels, and squares that are blanked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import tensorflow as tf

from pipelines.inputs.colour import from_unit, to_unit
from pipelines.inputs.geometry import check_fraction
from pipelines.inputs.randomness import fold, integers, normal, uniform


@dataclass(frozen=True)
class Noise:
    """Adds independent normal noise to every value.

    Args:
        deviation: Standard deviation as a fraction of the distance from black to white, at
            least 0. Results are clipped to the range.
        value_range: What black and white are.
    """

    deviation: float = 0.05
    value_range: tuple[Any, Any] = (0.0, 1.0)
    mixes_labels: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.deviation >= 0.0:
            raise ValueError(f"`deviation >= 0` must hold. Got deviation={self.deviation}.")

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Adds noise to a batch."""
        if not self.deviation:
            return images, labels
        unit = to_unit(images, self.value_range)
        noisy = from_unit(unit + self.deviation * normal(tf.shape(unit), seed), self.value_range)
        return tf.cast(tf.ensure_shape(noisy, images.shape), images.dtype), labels


@dataclass(frozen=True)
class Cutout:
    """Blanks one square of each image (DeVries and Taylor, 2017, arXiv 1708.04552).

    The centre is a uniform pixel, so squares at the border are partly outside.

    Args:
        fraction: Side of the square over the shorter side of the image, in [0, 1].
        probability: Of a square, in [0, 1].
        fill: What the square shows, from 0 (black) to 1 (white).
        value_range: What black and white are.
    """

    fraction: float = 0.25
    probability: float = 1.0
    fill: float = 0.5
    value_range: tuple[Any, Any] = (0.0, 1.0)
    mixes_labels: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_fraction(fraction=self.fraction, probability=self.probability, fill=self.fill)

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Blanks squares of a batch."""
        if not self.fraction or not self.probability:
            return images, labels
        shape = tf.shape(images)
        count, height, width = shape[0], shape[1], shape[2]
        side = tf.cast(tf.minimum(height, width), tf.float32) * self.fraction
        side = tf.cast(tf.round(side), tf.int32)
        chosen = uniform((count, 1), fold(seed, 0)) < self.probability
        inside_rows = _span(height, count, side, fold(seed, 1)) & chosen
        inside_columns = _span(width, count, side, fold(seed, 2))
        # A product of masks instead of `tf.where`, which is several times slower here.
        blank = tf.cast(
            inside_rows[:, :, None, None] & inside_columns[:, None, :, None], images.dtype
        )
        grey = tf.cast(from_unit(tf.constant(self.fill), self.value_range), images.dtype)
        result = images * (1 - blank) + grey * blank
        return tf.ensure_shape(result, images.shape), labels


def _span(length: Any, count: Any, side: Any, seed: Any) -> Any:
    """Whether each row (or column) is within the square, `bool[batch, length]`."""
    start = integers((count, 1), seed, 0, length) - side // 2
    index = tf.range(length)[tf.newaxis]
    return (index >= start) & (index < start + side)
