"""RandAugment: a few operations per image, drawn from a fixed list.

Keras ships a `RandAugment` layer; its random numbers come from a generator with a state, so a
resumed training would see other images. Here every draw is a function of the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import tensorflow as tf

from pipelines.inputs.affine import transform_plane
from pipelines.inputs.colour import colour_matrix, from_unit, to_unit
from pipelines.inputs.randomness import fold, integers, uniform
from pipelines.inputs.tones import auto_contrast, equalize, posterize, sharpen

_FILL = 0.5

Change = Callable[[Any, Any], Any]


def _enhanced(change: Callable[[Any, Any], Any]) -> Change:
    """A change by a factor from 0.1 to 1.9: 1 is the image as it is."""
    return lambda unit, strength: change(unit, (1.0 + 0.9 * strength)[:, None, None, None])


def _brightness(unit: Any, factor: Any) -> Any:
    return unit * factor


def _contrast(unit: Any, factor: Any) -> Any:
    mean = tf.reduce_mean(unit, axis=(1, 2, 3), keepdims=True)
    return mean + factor * (unit - mean)


def _saturation(unit: Any, factor: Any) -> Any:
    if unit.shape[-1] != 3:
        return unit
    factor = factor[:, 0, 0, 0]
    return tf.einsum("bhwc,bcd->bhwd", unit, colour_matrix(factor, tf.zeros_like(factor)))


def _solarize(unit: Any, strength: Any) -> Any:
    threshold = (1.0 - tf.abs(strength))[:, None, None, None]
    return tf.where(unit > threshold, 1.0 - unit, unit)


def _posterize(unit: Any, strength: Any) -> Any:
    return posterize(unit, 8 - tf.cast(tf.round(4.0 * tf.abs(strength)), tf.int32))


def _plane(unit: Any, rows: list[list[Any]]) -> Any:
    matrix = tf.stack([tf.stack(row, axis=-1) for row in rows], axis=-2)
    return transform_plane(unit, matrix, mode="zero", fill=_FILL)


def _rotate(unit: Any, strength: Any) -> Any:
    angle = strength * (3.14159265 / 6)
    zero = tf.zeros_like(angle)
    return _plane(
        unit, [[tf.cos(angle), -tf.sin(angle), zero], [tf.sin(angle), tf.cos(angle), zero]]
    )


def _shear_x(unit: Any, strength: Any) -> Any:
    zero, one = tf.zeros_like(strength), tf.ones_like(strength)
    return _plane(unit, [[one, 0.3 * strength, zero], [zero, one, zero]])


def _shear_y(unit: Any, strength: Any) -> Any:
    zero, one = tf.zeros_like(strength), tf.ones_like(strength)
    return _plane(unit, [[one, zero, zero], [0.3 * strength, one, zero]])


def _translate_x(unit: Any, strength: Any) -> Any:
    zero, one = tf.zeros_like(strength), tf.ones_like(strength)
    most = 0.3 * tf.cast(tf.shape(unit)[2], tf.float32)
    return _plane(unit, [[one, zero, most * strength], [zero, one, zero]])


def _translate_y(unit: Any, strength: Any) -> Any:
    zero, one = tf.zeros_like(strength), tf.ones_like(strength)
    most = 0.3 * tf.cast(tf.shape(unit)[1], tf.float32)
    return _plane(unit, [[one, zero, zero], [zero, one, most * strength]])


CHANGES: dict[str, Change] = {
    "identity": lambda unit, strength: unit,
    "auto_contrast": lambda unit, strength: auto_contrast(unit),
    "equalize": lambda unit, strength: equalize(unit),
    "rotate": _rotate,
    "solarize": _solarize,
    "saturation": _enhanced(_saturation),
    "posterize": _posterize,
    "contrast": _enhanced(_contrast),
    "brightness": _enhanced(_brightness),
    "sharpness": _enhanced(sharpen),
    "shear_x": _shear_x,
    "shear_y": _shear_y,
    "translate_x": _translate_x,
    "translate_y": _translate_y,
}


@dataclass(frozen=True)
class RandAugment:
    """Applies some operations, drawn per image from the fourteen of the paper.

    Cubuk et al., 2020, arXiv 1909.13719. Every image draws its own operations: the batch is
    partitioned by operation, so each image is worked on once per round. Signs of the strength
    are random where an operation has two directions. What comes in at borders is mid grey.

    Args:
        operations: Rounds per image, at least 0.
        magnitude: Strength, from 0 to 10 (the paper's scale).
        value_range: What black and white are.
    """

    operations: int = 2
    magnitude: float = 5.0
    value_range: tuple[Any, Any] = (0.0, 1.0)
    mixes_labels: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.operations < 0 or not 0.0 <= self.magnitude <= 10.0:
            raise ValueError(
                "`operations >= 0` and `0 <= magnitude <= 10` must hold. Got "
                f"operations={self.operations}, magnitude={self.magnitude}."
            )

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Changes a batch."""
        if not self.operations:
            return images, labels
        unit = to_unit(images, self.value_range)
        for number in range(self.operations):
            unit = self._round(unit, fold(seed, number))
        result = tf.ensure_shape(from_unit(unit, self.value_range), images.shape)
        return tf.cast(result, images.dtype), labels

    def _round(self, unit: Any, seed: Any) -> Any:
        count = tf.shape(unit)[0]
        choice = integers((count,), fold(seed, 0), 0, len(CHANGES))
        sign = tf.where(uniform((count,), fold(seed, 1)) < 0.5, -1.0, 1.0)
        strength = sign * (self.magnitude / 10.0)
        places = tf.dynamic_partition(tf.range(count), choice, len(CHANGES))
        parts = [
            tf.clip_by_value(change(tf.gather(unit, where), tf.gather(strength, where)), 0.0, 1.0)
            for change, where in zip(CHANGES.values(), places, strict=True)
        ]
        return tf.ensure_shape(tf.dynamic_stitch(places, parts), unit.shape)
