"""Tone operations of RandAugment, on batches in [0, 1]."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

_LEVELS = 256


def auto_contrast(images: Any) -> tf.Tensor:
    """Stretches each channel of each image so that it reaches from 0 to 1.

    Args:
        images: `float32[batch, height, width, channels]`.

    Returns:
        The same shape; constant channels stay as they are.

    Example:
        >>> auto_contrast(tf.reshape([0.25, 0.5, 0.75], (1, 1, 3, 1))).numpy().ravel().tolist()
        [0.0, 0.5, 1.0]
    """
    low = tf.reduce_min(images, axis=(1, 2), keepdims=True)
    span = tf.reduce_max(images, axis=(1, 2), keepdims=True) - low
    flat = span <= 0.0
    stretched = (images - low) / tf.where(flat, 1.0, span)
    return tf.where(flat, images, stretched)


def equalize(images: Any) -> tf.Tensor:
    """Makes the 256 levels of each channel of each image equally frequent.

    A pixel becomes the share of darker pixels, scaled so that the darkest are 0 and the
    brightest 1: the usual equalisation by the cumulative histogram.

    Args:
        images: `float32[batch, height, width, channels]`.

    Returns:
        The same shape; constant channels stay as they are.

    Example:
        >>> equalize(tf.reshape([0.0, 0.1, 1.0], (1, 1, 3, 1))).numpy().ravel().tolist()
        [0.0, 0.5, 1.0]
    """
    shape = tf.shape(images)
    planes = tf.reshape(tf.transpose(images, (0, 3, 1, 2)), (-1, shape[1] * shape[2]))
    levels = tf.cast(tf.round(planes * (_LEVELS - 1)), tf.int32)
    rows = tf.range(tf.shape(levels)[0])[:, tf.newaxis] * _LEVELS
    # One flat histogram for all planes: the batched `bincount` refuses an empty batch.
    counts = tf.math.bincount(
        tf.reshape(levels + rows, (-1,)), minlength=tf.shape(levels)[0] * _LEVELS
    )
    histogram = tf.reshape(counts[: tf.shape(levels)[0] * _LEVELS], (-1, _LEVELS))
    cumulative = tf.cast(tf.cumsum(histogram, axis=1), tf.float32)
    darkest = tf.reduce_min(tf.gather(cumulative, levels, batch_dims=1), axis=1, keepdims=True)
    total = tf.cast(shape[1] * shape[2], tf.float32)
    ranks = tf.gather(cumulative, levels, batch_dims=1)
    flat = darkest >= total
    equal = tf.where(flat, planes, (ranks - darkest) / tf.where(flat, 1.0, total - darkest))
    return tf.transpose(tf.reshape(equal, (shape[0], shape[3], shape[1], shape[2])), (0, 2, 3, 1))


def posterize(images: Any, bits: Any) -> tf.Tensor:
    """Keeps the highest bits of the 8-bit value of each pixel.

    Args:
        images: `float32[batch, height, width, channels]`.
        bits: `int32[batch]`, from 1 to 8.

    Returns:
        The same shape.

    Example:
        >>> float(posterize(tf.fill((1, 1, 1, 1), 200 / 255), [1])[0, 0, 0, 0] * 255)
        128.0
    """
    step = tf.cast(tf.bitwise.left_shift(1, 8 - tf.convert_to_tensor(bits)), tf.float32)
    step = step[:, None, None, None]
    return tf.floor(tf.round(images * 255.0) / step) * step / 255.0


def sharpen(images: Any, factor: Any) -> tf.Tensor:
    """Moves images away from (factor > 1) or towards (factor < 1) a smoothed version.

    Args:
        images: `float32[batch, height, width, channels]`.
        factor: Broadcastable to the images; 1 changes nothing.

    Returns:
        The same shape; border pixels stay, as they have no full neighbourhood.
    """
    kernel = tf.constant([[1.0, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13.0
    channels = images.shape[-1]
    kernel = tf.tile(kernel[:, :, None, None], (1, 1, channels, 1))
    smooth = tf.nn.depthwise_conv2d(images, kernel, (1, 1, 1, 1), "SAME")
    size = tf.shape(images)
    rows, columns = tf.range(size[1])[:, None], tf.range(size[2])[None, :]
    inside = (rows > 0) & (rows < size[1] - 1) & (columns > 0) & (columns < size[2] - 1)
    smooth = tf.where(inside[None, :, :, None], smooth, images)
    return smooth + factor * (images - smooth)
