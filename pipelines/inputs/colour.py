"""Random changes of brightness, contrast, saturation and hue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from pipelines.inputs.geometry import check_fraction
from pipelines.inputs.randomness import fold, uniform
from pipelines.preprocessing.pixels import LUMINANCE

# Rows: luminance and the two colour axes of YIQ. A change of hue turns the latter two.
_TO_YIQ = np.array(
    [LUMINANCE, (0.595716, -0.274453, -0.321263), (0.211456, -0.522591, 0.311135)], np.float64
)


def to_unit(images: Any, value_range: tuple[Any, Any]) -> tf.Tensor:
    """Images with black at 0 and white at 1, `float32`."""
    low, high = (np.asarray(bound, np.float32) for bound in value_range)
    images = tf.cast(images, tf.float32)
    if _is_unit(value_range):
        return images
    return (images - low) / (high - low)


def from_unit(images: Any, value_range: tuple[Any, Any]) -> tf.Tensor:
    """Images of [0, 1] clipped and back in their own range."""
    low, high = (np.asarray(bound, np.float32) for bound in value_range)
    clipped = tf.clip_by_value(images, 0.0, 1.0)
    if _is_unit(value_range):
        return clipped
    return clipped * (high - low) + low


def _is_unit(value_range: tuple[Any, Any]) -> bool:
    return not np.any(value_range[0]) and bool(np.all(np.equal(value_range[1], 1)))


@dataclass(frozen=True)
class ColourJitter:
    """Changes brightness, saturation, hue and contrast of each image at random.

    All four are linear in the colours of a pixel, so together they are one 3x3 matrix and one
    offset per image, and the values are clipped once at the end. Factors are uniform in
    `[1 - strength, 1 + strength]`; the hue turns by up to `hue` of a full circle.

    Args:
        brightness: Strength in [0, 1].
        contrast: Strength in [0, 1]; contrast is around the mean luminance of the image.
        saturation: Strength in [0, 1]; without effect on grey images.
        hue: Largest turn in [0, 0.5] circles; without effect on grey images.
        value_range: What black and white are.
    """

    brightness: float = 0.2
    contrast: float = 0.2
    saturation: float = 0.2
    hue: float = 0.0
    value_range: tuple[Any, Any] = (0.0, 1.0)
    mixes_labels: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_fraction(
            brightness=self.brightness, contrast=self.contrast, saturation=self.saturation
        )
        if not 0.0 <= self.hue <= 0.5:
            raise ValueError(f"`0 <= hue <= 0.5` must hold. Got hue={self.hue}.")

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Changes the colours of a batch."""
        if not any((self.brightness, self.contrast, self.saturation, self.hue)):
            return images, labels
        unit = to_unit(images, self.value_range)
        channels = unit.shape[-1]
        if channels not in (1, 3):
            raise ValueError(f"Colours need 1 or 3 channels. Got images of {unit.shape}.")
        count = tf.shape(unit)[0]
        factors = [
            uniform((count,), fold(seed, number), 1.0 - strength, 1.0 + strength)
            for number, strength in enumerate((self.brightness, self.contrast, self.saturation))
        ]
        if channels == 1:
            changed = self._grey(unit, factors)
        else:
            angle = uniform((count,), fold(seed, 3), -self.hue, self.hue) * (2 * math.pi)
            changed = self._coloured(unit, factors, angle)
        result = from_unit(changed, self.value_range)
        return tf.cast(tf.ensure_shape(result, images.shape), images.dtype), labels

    def _grey(self, unit: Any, factors: list[Any]) -> Any:
        brightness, contrast, _ = (factor[:, None, None, None] for factor in factors)
        bright = unit * brightness
        mean = tf.reduce_mean(bright, axis=(1, 2, 3), keepdims=True)
        return bright * contrast + mean * (1.0 - contrast)

    def _coloured(self, unit: Any, factors: list[Any], angle: Any) -> Any:
        brightness, contrast, saturation = (factor[:, None, None] for factor in factors)
        matrix = brightness * colour_matrix(saturation[:, 0, 0], angle)
        mean_colour = tf.reduce_mean(unit, axis=(1, 2))[:, None, :]
        mean_grey = (mean_colour @ matrix) @ np.asarray(LUMINANCE, np.float32)[:, None]
        shape = tf.shape(unit)
        pixels = tf.reshape(unit, (shape[0], -1, 3))
        changed = pixels @ (contrast * matrix) + (1.0 - contrast) * mean_grey
        return tf.reshape(changed, shape)


def colour_matrix(saturation: Any, angle: Any) -> tf.Tensor:
    """Matrices that scale the distance to grey and turn the hue, for rows of colours.

    Args:
        saturation: `float32[batch]`; 0 gives grey, 1 the same colours.
        angle: `float32[batch]`, in radians.

    Returns:
        `float32[batch, 3, 3]`, to be multiplied from the right: `colours @ matrix`.
    """
    zero, one = tf.zeros_like(angle), tf.ones_like(angle)
    cosine, sine = saturation * tf.cos(angle), saturation * tf.sin(angle)
    turn = tf.stack(
        [
            tf.stack([one, zero, zero], axis=-1),
            tf.stack([zero, cosine, -sine], axis=-1),
            tf.stack([zero, sine, cosine], axis=-1),
        ],
        axis=-2,
    )
    back = np.linalg.inv(_TO_YIQ)
    matrix = back.astype(np.float32) @ turn @ _TO_YIQ.astype(np.float32)
    return tf.linalg.matrix_transpose(matrix)
