"""Plain convolutional classifiers: a configurable one, and one for CIFAR-10."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from cookbook._checks import check_count, check_image_shape, check_rate, check_widths
from cookbook.models._augmentation import augment
from cookbook.models._parts import Activation, Initializer, Parts


def convnet(
    input_shape: Sequence[int],
    num_classes: int,
    *,
    widths: Sequence[int] = (32, 64, 128),
    kernel_size: int = 3,
    dense: int = 0,
    dropout: float = 0.1,
    activation: Activation = "relu",
    batch_norm: bool = True,
    augmentation: Sequence[str] = (),
    seed: int | None = None,
) -> keras.Model:
    """Builds a plain convolutional classifier that returns logits.

    One stage per entry of `widths`: convolution, batch normalisation, activation, max pooling;
    every stage halves the resolution. The normalisation stands before the activation, as in
    Ioffe & Szegedy 2015, with momentum 0.9 and epsilon 1e-5 (Keras has 0.99 and 1e-3). Kernels
    start He-normal. Pixels are expected in [0, 1]: scaling belongs to the pipeline, not to the
    model.

    Args:
        input_shape: `(height, width, channels)`, channels last. Height and width must be at
            least `2 ** len(widths)` pixels.
        num_classes: Number of logits, at least 2.
        widths: Channels of each stage.
        kernel_size: Side of the square kernels in pixels, at least 1.
        dense: Units of the hidden layer on the flattened maps; 0 averages the maps over
            height and width instead and goes straight to the head.
        dropout: Drop rate before the head, in [0, 1).
        activation: Name of a Keras activation, also "leaky_relu" (slope 0.01) and "prelu"
            (one learned slope per channel), or a function.
        batch_norm: Whether to normalise; the convolutions then carry no bias.
        augmentation: Random layers that act in training only, in this order; any of
            "brightness", "contrast", "flip", "rotation", "shift", "zoom".
        seed: Seed of weights, dropout and augmentation; `None` lets Keras draw.

    Returns:
        An uncompiled functional model,
        `float32[batch, height, width, channels] -> float32[batch, num_classes]`.

    Raises:
        ValueError: If the image is too small for the number of stages, or an argument is out of
            its range.

    Example:
        >>> model = convnet((8, 8, 1), 10, widths=(16, 32), dense=64)
        >>> model.output_shape, model.count_params()
        ((None, 10), 13850)
    """
    widths = check_widths("widths", widths)
    shape = check_image_shape(
        "convnet",
        input_shape,
        minimum=2 ** len(widths),
        reason=f"halves the image {len(widths)} time{'s' if len(widths) > 1 else ''}",
        way_out="use fewer widths or larger images",
    )
    kernel_size = check_count("kernel_size", kernel_size)
    check_rate("dropout", dropout)
    units = check_count("num_classes", num_classes, least=2)
    parts = Parts(activation=activation, initializer="he_normal", seed=seed)
    image = keras.Input(shape, name="image")
    x = augment(image, augmentation, parts.next_seed)
    for index, width in enumerate(widths, start=1):
        x = _stage(parts, x, width, kernel_size, batch_norm=batch_norm, name=f"stage{index}")
    x = _neck(parts, x, check_count("dense", dense, least=0))
    x = parts.dropout(x, dropout, "dropout")
    return keras.Model(image, parts.logits(x, units), name="convnet")


def _stage(
    parts: Parts, x: Any, width: int, kernel_size: int, *, batch_norm: bool, name: str
) -> Any:
    x = parts.conv(x, width, kernel_size, f"{name}_conv", use_bias=not batch_norm)
    if batch_norm:
        x = parts.norm(x, f"{name}_norm")
    x = parts.activate(x, f"{name}_activation")
    return keras.layers.MaxPooling2D(2, name=f"{name}_pool")(x)


def _neck(parts: Parts, x: Any, dense: int) -> Any:
    if not dense:
        return keras.layers.GlobalAveragePooling2D(name="pool")(x)
    x = parts.dense(keras.layers.Flatten(name="flatten")(x), dense, "hidden")
    return parts.activate(x, "hidden_activation")


def cifar10_cnn(
    input_shape: Sequence[int] = (32, 32, 3),
    num_classes: int = 10,
    *,
    activation: Activation = "relu",
    initializer: Initializer = "glorot_uniform",
    seed: int | None = None,
) -> keras.Model:
    """Builds a CIFAR-10 network of 32, 64 and 64 maps, then 64 units.

    It is that of the neural network assignments (source 001). Three 3x3 convolutions without
    padding, with 2x2 max pooling after the first two. The source ends in a softmax; here the model
    returns logits, for a loss with `from_logits=True`.

    Args:
        input_shape: `(height, width, channels)`, at least 18x18 pixels in [0, 1].
        num_classes: Number of logits, at least 2.
        activation: Hidden activation, see `convnet`.
        initializer: Kernel initialiser, a name in `cookbook.initializers` or an object;
            Glorot-uniform is the source's.
        seed: Seed of the weights; `None` lets Keras draw.

    Returns:
        An uncompiled functional model,
        `float32[batch, height, width, channels] -> float32[batch, num_classes]`; 122,570
        parameters for CIFAR-10.

    Raises:
        ValueError: If the image is too small or an argument is out of its range.

    Example:
        >>> cifar10_cnn().count_params()
        122570
    """
    shape = check_image_shape(
        "cifar10_cnn",
        input_shape,
        minimum=18,
        reason="has three unpadded 3x3 convolutions and two poolings",
        way_out="use larger images, or `convnet`, which pads",
    )
    parts = Parts(activation=activation, initializer=initializer, seed=seed)
    image = keras.Input(shape, name="image")
    x = image
    for index, width in enumerate((32, 64, 64), start=1):
        x = parts.conv(x, width, 3, f"conv{index}", padding="valid")
        x = parts.activate(x, f"conv{index}_activation")
        if index < 3:
            x = keras.layers.MaxPooling2D(2, name=f"pool{index}")(x)
    x = _neck(parts, x, 64)
    outputs = parts.logits(x, check_count("num_classes", num_classes, least=2))
    return keras.Model(image, outputs, name="cifar10_cnn")
