"""Rotations and other linear maps of the image plane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import tensorflow as tf

from pipelines.inputs.geometry import check_mode
from pipelines.inputs.randomness import uniform

_FILL = {"reflect": "REFLECT", "edge": "NEAREST", "zero": "CONSTANT"}


def transform_plane(images: Any, matrix: Any, *, mode: str, fill: float = 0.0) -> tf.Tensor:
    """Samples images at linearly mapped places, bilinearly.

    Args:
        images: `float32[batch, height, width, channels]`.
        matrix: `float32[batch, 2, 3]`: the pixel at `(x, y)`, counted from the centre, takes
            the value at `matrix @ (x, y, 1)` of the input.
        mode: What lies outside: `"reflect"`, `"edge"` or `"zero"`.
        fill: Value outside for mode `"zero"`.

    Returns:
        A tensor of the same shape.
    """
    size = tf.shape(images)[1:3]
    centre_y, centre_x = tf.unstack((tf.cast(size, tf.float32) - 1.0) / 2.0)
    a, b, c = (matrix[:, 0, i] for i in range(3))
    d, e, f = (matrix[:, 1, i] for i in range(3))
    zero = tf.zeros_like(a)
    from_centre = [
        a, b, c + centre_x - a * centre_x - b * centre_y,
        d, e, f + centre_y - d * centre_x - e * centre_y,
        zero, zero,
    ]  # fmt: skip
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack(from_centre, axis=1),
        output_shape=size,
        interpolation="BILINEAR",
        fill_mode=_FILL[mode],
        fill_value=fill,
    )
    return tf.ensure_shape(moved, images.shape)


@dataclass(frozen=True)
class Rotation:
    """Turns each image around its centre by a uniform angle.

    Args:
        degrees: Largest angle to either side, in [0, 180].
        mode: What comes in at the corners: `"reflect"`, `"edge"` or `"zero"` (black).
        value_range: What black and white are.
    """

    degrees: float = 10.0
    mode: str = "reflect"
    value_range: tuple[Any, Any] = (0.0, 1.0)
    mixes_labels: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_mode(self.mode)
        if not 0.0 <= self.degrees <= 180.0:
            raise ValueError(f"`0 <= degrees <= 180` must hold. Got degrees={self.degrees}.")

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Turns a batch."""
        if not self.degrees:
            return images, labels
        most = math.radians(self.degrees)
        angle = uniform((tf.shape(images)[0],), seed, -most, most)
        cosine, sine, zero = tf.cos(angle), tf.sin(angle), tf.zeros_like(angle)
        matrix = tf.stack(
            [tf.stack([cosine, -sine, zero], -1), tf.stack([sine, cosine, zero], -1)], -2
        )
        # Black is not 0 in standardized images; with black moved to 0 one fill value does.
        low = tf.cast(self.value_range[0], tf.float32)
        moved = transform_plane(tf.cast(images, tf.float32) - low, matrix, mode=self.mode) + low
        return tf.cast(moved, images.dtype), labels
