"""Progressive resizing: small images first, those of full size at the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from typing_extensions import override


class ProgressiveModel(keras.Model):
    """A functional model that shrinks its images as far as its training has come.

    Made by `progressive`.
    """

    @override
    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Outputs for images `[batch, height, width, channels]`, seen at the size of this step."""
        height, width = self.input_shape[1:3]
        now = self._height()
        size = tf.stack([now, tf.maximum(now * width // height, 1)])
        images = tf.image.resize(inputs, size, antialias=True)
        images.set_shape([inputs.shape[0], None, None, inputs.shape[-1]])
        return self.of_any_size(images, training=training, mask=mask)

    def of_any_size(self, images: Any, **options: Any) -> Any:
        """Outputs for images of the size that they have."""
        return super().call(images, **options)

    def _height(self) -> tf.Tensor:
        heights, total_steps = self.__dict__["stretches"]
        done = tf.cast(self.optimizer.iterations.value, tf.int64)
        stretch = tf.minimum(done * len(heights) // total_steps, len(heights) - 1)
        return tf.gather(tf.constant(heights), stretch)


def progressive(
    model: keras.Model, heights: Sequence[int], *, total_steps: int
) -> ProgressiveModel:
    """Gives a model that shares all layers with another one and sees small images first.

    A convolution of half the height and width takes a quarter of the time, and what filters
    learn there serves at full size. The training is cut into stretches of equal numbers of
    updates, one for each height; validation in between sees what the training sees. Images are
    resized bilinearly with a filter against aliasing, widths in proportion.

    Source: Howard 2018, Training ImageNet in 3 hours for 25 minutes; Tan and Le 2021,
    EfficientNetV2, section 4.

    Args:
        model: A functional or sequential model of images `[height, width, channels]` that takes
            images of any size: convolutions, then a pooling over all places.
        heights: Height in pixels of each stretch, at least 1; the last one is the model's own. A
            height that stands twice takes two stretches.
        total_steps: Updates of the whole training, at least 1.

    Returns:
        A model to be compiled.

    Raises:
        ValueError: If the model takes no images, or none of such a size, or gives images, or if
            the last height is another one than its own.

    Example:
        >>> layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3, padding="same")]
        >>> model = keras.Sequential([*layers, keras.layers.GlobalAveragePooling2D()])
        >>> trained = progressive(model, (4, 8), total_steps=10)
        >>> trained.compile("sgd", "mse")
        >>> trained(keras.ops.ones((1, 8, 8, 1))).shape
        TensorShape([1, 2])
    """
    shape, outputs = model.input_shape, model.output_shape
    if not isinstance(shape, tuple) or len(shape) != 4 or len(outputs) != 2:
        raise ValueError(
            "Progressive resizing takes a model from images [height, width, channels] to one row "
            f"of outputs. Got {model.name!r} from {shape} to {outputs}: leave progressive_sizes "
            "out."
        )
    if heights[-1] != shape[1]:
        raise ValueError(
            "Progressive resizing ends with images of full size. Got progressive_sizes="
            f"{tuple(heights)} for images of {shape[1]} pixels: let {shape[1]} be the last size."
        )
    trained = ProgressiveModel(model.inputs[0], model.outputs[0], name=model.name)
    for height in sorted(set(heights)):
        _check_size(trained, height, width=max(height * shape[2] // shape[1], 1))
    trained.__dict__["stretches"] = (tuple(heights), math.ceil(total_steps))
    return trained


def _check_size(model: ProgressiveModel, height: int, *, width: int) -> None:
    try:
        # Computed and not only asked for its shape: then every layer checks what it is given.
        model.of_any_size(tf.zeros((1, height, width, model.input_shape[-1])))
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        own = model.input_shape[1:3]
        raise ValueError(
            f"Progressive resizing takes networks of images of any size. Got {model.name!r} for "
            f"images of {own[0]}x{own[1]} pixels, which refuses {height}x{width}: take larger "
            "sizes, or a network that pools over all places in front of its dense layers, or leave "
            "progressive_sizes out."
        ) from error
