"""MixUp and CutMix: two images and their labels become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import tensorflow as tf

from pipelines.inputs.randomness import beta, fold, integers


def _partners(count: Any, seed: Any) -> tf.Tensor:
    """A random order of the batch: who is mixed with whom."""
    return tf.random.experimental.stateless_shuffle(tf.range(count), seed=seed)


def _weights(labels: Any, images: Any) -> Any:
    labels = tf.convert_to_tensor(labels)
    if labels.shape.rank != 2 or not labels.dtype.is_floating:
        raise ValueError(
            "Mixed labels are weights of classes, float[batch, classes]. Got labels of shape "
            f"{labels.shape} and {labels.dtype.name}: pass classes=<number of classes> to the "
            "builder, or tf.one_hot(labels, classes)."
        )
    if not images.dtype.is_floating:
        raise ValueError(f"Only scaled images can be mixed. Got {images.dtype.name}: scale first.")
    return labels


def _check_alpha(alpha: float) -> None:
    if not alpha >= 0.0:
        raise ValueError(f"`alpha >= 0` must hold. Got alpha={alpha}.")


@dataclass(frozen=True)
class MixUp:
    """Adds images pairwise, `w * a + (1 - w) * b` (Zhang et al., 2018, arXiv 1710.09412).

    Args:
        alpha: Each pair draws w from Beta(alpha, alpha); 0 mixes nothing.
    """

    alpha: float = 0.2
    mixes_labels: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_alpha(self.alpha)

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Mixes a batch."""
        labels = _weights(labels, images)
        if not self.alpha:
            return images, labels
        count = tf.shape(images)[0]
        partners = _partners(count, fold(seed, 0))
        weight = tf.cast(beta(self.alpha, (count,), fold(seed, 1)), images.dtype)
        share = weight[:, None, None, None]
        # b + w (a - b), not w a + (1 - w) b: a value mixed with itself stays exactly itself.
        other = tf.gather(images, partners)
        mixed = other + share * (images - other)
        share = tf.cast(weight, labels.dtype)[:, None]
        return mixed, share * labels + (1 - share) * tf.gather(labels, partners)


@dataclass(frozen=True)
class CutMix:
    """Pastes a rectangle of one image into another (Yun et al., 2019, arXiv 1905.04899).

    The rectangle has the proportions of the image and, where it does not hang over the border,
    the area 1 - w with w from Beta(alpha, alpha). Labels are weighted by the pixels that each
    image really keeps.

    Args:
        alpha: Of the distribution of the area; 0 pastes nothing.
    """

    alpha: float = 1.0
    mixes_labels: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_alpha(self.alpha)

    def __call__(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Mixes a batch."""
        labels = _weights(labels, images)
        if not self.alpha:
            return images, labels
        shape = tf.shape(images)
        partners = _partners(shape[0], fold(seed, 0))
        side = tf.sqrt(1.0 - beta(self.alpha, (shape[0], 1), fold(seed, 1)))
        rows = _within(shape[1], side, fold(seed, 2))
        columns = _within(shape[2], side, fold(seed, 3))
        pasted = tf.cast(rows[:, :, None, None] & columns[:, None, :, None], images.dtype)
        mixed = images * (1 - pasted) + tf.gather(images, partners) * pasted
        share = tf.cast(tf.reduce_mean(pasted, axis=(1, 2, 3)), labels.dtype)[:, None]
        return mixed, (1 - share) * labels + share * tf.gather(labels, partners)


def _within(length: Any, fraction: Any, seed: Any) -> Any:
    side = tf.cast(tf.round(tf.cast(length, tf.float32) * fraction), tf.int32)
    start = integers(tf.shape(fraction), seed, 0, length) - side // 2
    index = tf.range(length)[tf.newaxis]
    return (index >= start) & (index < start + side)
