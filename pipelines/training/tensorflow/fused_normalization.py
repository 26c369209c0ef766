"""Batch normalization of images by one TensorFlow kernel.

Keras writes it as moments and a formula: on large maps each of a dozen operations passes over
the memory once. TensorFlow's kernel takes half the time (docs/performance.md).
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from pipelines.training.tensorflow.internals import layers_of


def fuse_normalization(model: keras.Model) -> int:
    """Lets the batch normalization of images train with TensorFlow's kernel.

    Weights, moving averages and what is saved do not change. Layers that normalize anything
    else than the channels of `[batch, height, width, channels]` in `float32` or `bfloat16`, that
    have no scale or no offset, or that are frozen or given a mask, work as Keras wrote them; so
    does inference. Moments are those of `float32` for both types, as in Keras.

    Args:
        model: A built model; its layers are changed in place.

    Returns:
        How many layers were changed.

    Example:
        >>> layers = [keras.Input((4, 4, 3)), keras.layers.BatchNormalization()]
        >>> fuse_normalization(keras.Sequential(layers))
        1
    """
    layers = [layer for layer in layers_of(model) if _has_kernel(layer)]
    for layer in layers:
        layer.call = _fused(layer)
    return len(layers)


def _has_kernel(layer: Any) -> bool:
    return (
        type(layer) is keras.layers.BatchNormalization
        and layer.axis in (-1, 3)
        and layer.scale
        and layer.center
        and not layer.synchronized
        and layer.compute_dtype in ("float32", "bfloat16")
        and layer.variable_dtype == "float32"
        and "call" not in vars(layer)
    )


def _fused(layer: Any) -> Any:
    plain = layer.call

    def call(inputs: Any, *, training: bool | None = None, mask: Any = None) -> Any:
        images = inputs.shape.rank == 4 and inputs.dtype == layer.compute_dtype
        if not (training and images and layer.trainable) or mask is not None:
            return plain(inputs, training=training, mask=mask)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=layer.gamma.value,
            offset=layer.beta.value,
            mean=tf.zeros(0),
            variance=tf.zeros(0),
            epsilon=layer.epsilon,
            is_training=True,
        )
        # The kernel divides by one sample less than Keras, which keeps the batch's own variance.
        count = tf.cast(tf.size(inputs) // tf.size(mean), tf.float32)
        _average(layer.moving_mean, mean, layer.momentum)
        _average(layer.moving_variance, variance * ((count - 1) / count), layer.momentum)
        return outputs

    return call


def _average(variable: Any, value: tf.Tensor, momentum: float) -> None:
    variable.assign(variable * momentum + value * (1.0 - momentum))
