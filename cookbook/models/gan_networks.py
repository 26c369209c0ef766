"""Generators and discriminators of small images for `cookbook.models.gan.GAN`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras

from cookbook._checks import check_rate
from cookbook.models._parts import output_dtype
from cookbook.models._seeded import seeded

LEAKY_SLOPE = 0.2  # Radford et al. 2016, for the discriminator


@seeded
def dense_generator(
    image_shape: tuple[int, int, int],
    *,
    noise_dim: int = 32,
    hidden: Sequence[int] = (128, 256),
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator of fully connected layers (Goodfellow et al. 2014).

    Args:
        image_shape: `(height, width, channels)`.
        noise_dim: Number of random inputs.
        hidden: Width of each hidden layer.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model, `float32[batch, noise_dim] ->
        float32[batch, height, width, channels]` with pixels in [-1, 1].

    Example:
        >>> dense_generator((8, 8, 1)).output_shape
        (None, 8, 8, 1)
    """
    noise = keras.Input((noise_dim,), name="noise")
    x = noise
    for index, width in enumerate(hidden, start=1):
        x = keras.layers.Dense(width, activation="relu", name=f"hidden{index}")(x)
    dtype = output_dtype()
    x = keras.layers.Dense(math.prod(image_shape), activation="tanh", dtype=dtype, name="pixels")(x)
    images = keras.layers.Reshape(image_shape, dtype=dtype, name="image")(x)
    return keras.Model(noise, images, name="dense_generator")


@seeded
def dense_discriminator(
    image_shape: tuple[int, int, int],
    *,
    hidden: Sequence[int] = (128, 64),
    dropout: float = 0.3,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator of fully connected layers that returns a logit.

    Args:
        image_shape: `(height, width, channels)`.
        hidden: Width of each hidden layer.
        dropout: Drop rate after each hidden layer, in [0, 1).
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model, `float32[batch, height, width, channels] ->
        float32[batch, 1]`; above 0 means "real".

    Raises:
        ValueError: If the drop rate is outside its range.

    Example:
        >>> dense_discriminator((8, 8, 1)).output_shape
        (None, 1)
    """
    check_rate("dropout", dropout)
    images = keras.Input(image_shape, name="image")
    x = keras.layers.Flatten(name="flatten")(images)
    for index, width in enumerate(hidden, start=1):
        x = keras.layers.Dense(width, name=f"hidden{index}")(x)
        x = keras.layers.LeakyReLU(LEAKY_SLOPE, name=f"leaky{index}")(x)
        x = keras.layers.Dropout(dropout, name=f"drop{index}")(x)
    logit = keras.layers.Dense(1, dtype=output_dtype(), name="logit")(x)
    return keras.Model(images, logit, name="dense_discriminator")


@seeded
def dcgan_generator(
    image_shape: tuple[int, int, int],
    *,
    noise_dim: int = 32,
    widths: Sequence[int] = (128, 64),
    seed: int | None = None,
) -> keras.Model:
    """Builds a generator of transposed convolutions (DCGAN, Radford et al. 2016).

    The noise becomes a small map, and each stage doubles its height and width: 2x2 for
    8x8 images and 7x7 for 28x28 with two stages, 4x4 for 32x32 with three.

    Args:
        image_shape: `(height, width, channels)`; height and width must be divisible by
            `2 ** len(widths)`.
        noise_dim: Number of random inputs.
        widths: Channels of the maps before each doubling.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model, `float32[batch, noise_dim] ->
        float32[batch, height, width, channels]` with pixels in [-1, 1].

    Raises:
        ValueError: If the image cannot be halved once per stage.

    Example:
        >>> dcgan_generator((28, 28, 1)).output_shape
        (None, 28, 28, 1)
    """
    height, width = _smallest_map("dcgan_generator", image_shape, widths)
    noise = keras.Input((noise_dim,), name="noise")
    x = keras.layers.Dense(height * width * widths[0], use_bias=False, name="project")(noise)
    x = keras.layers.Reshape((height, width, widths[0]), name="map")(x)
    # The last transposed convolution gives the pixels; the others are normalised.
    for index, channels in enumerate((*widths[1:], image_shape[-1]), start=1):
        x = keras.layers.BatchNormalization(name=f"norm{index}")(x)
        x = keras.layers.ReLU(name=f"relu{index}")(x)
        is_last = index == len(widths)
        x = keras.layers.Conv2DTranspose(
            channels,
            4,
            strides=2,
            padding="same",
            use_bias=is_last,
            activation="tanh" if is_last else None,
            kernel_initializer=_dcgan_initializer(),
            dtype=output_dtype() if is_last else None,
            name="pixels" if is_last else f"up{index}",
        )(x)
    return keras.Model(noise, x, name="dcgan_generator")


@seeded
def dcgan_discriminator(
    image_shape: tuple[int, int, int],
    *,
    widths: Sequence[int] = (64, 128),
    dropout: float = 0.3,
    seed: int | None = None,
) -> keras.Model:
    """Builds a discriminator of strided convolutions that returns a logit.

    Dropout stands where DCGAN has batch normalisation: real and generated images come in
    separate batches, and normalising each by its own statistics would hide their difference.

    Args:
        image_shape: `(height, width, channels)`; height and width must be divisible by
            `2 ** len(widths)`.
        widths: Channels of each stage.
        dropout: Drop rate after each stage, in [0, 1).
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model, `float32[batch, height, width, channels] ->
        float32[batch, 1]`; above 0 means "real".

    Raises:
        ValueError: If the image cannot be halved once per stage, or the rate is outside
            its range.

    Example:
        >>> dcgan_discriminator((32, 32, 3), widths=(32, 64, 128)).output_shape
        (None, 1)
    """
    _smallest_map("dcgan_discriminator", image_shape, widths)
    check_rate("dropout", dropout)
    images = keras.Input(image_shape, name="image")
    x = images
    for index, channels in enumerate(widths, start=1):
        x = keras.layers.Conv2D(
            channels,
            4,
            strides=2,
            padding="same",
            kernel_initializer=_dcgan_initializer(),
            name=f"down{index}",
        )(x)
        x = keras.layers.LeakyReLU(LEAKY_SLOPE, name=f"leaky{index}")(x)
        x = keras.layers.Dropout(dropout, name=f"drop{index}")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    logit = keras.layers.Dense(1, dtype=output_dtype(), name="logit")(x)
    return keras.Model(images, logit, name="dcgan_discriminator")


def _dcgan_initializer() -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=0.02)


def _smallest_map(
    builder: str, image_shape: tuple[int, int, int], widths: Sequence[int]
) -> tuple[int, int]:
    factor = 2 ** len(widths)
    height, width, _ = image_shape
    if not widths or height % factor or width % factor or min(height, width) < factor:
        raise ValueError(
            f"`{builder}` halves the image once per entry of `widths`, so height and width must "
            f"be divisible by {factor}. Got image_shape={tuple(image_shape)}, "
            f"widths={tuple(widths)}: use other widths, or pad or crop the images."
        )
    return height // factor, width // factor
