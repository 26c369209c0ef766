"""U-Net: a class for every pixel of an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from cookbook._checks import check_count, check_image_shape, check_rate, check_widths
from cookbook.models._parts import Activation, Parts


def unet(
    input_shape: Sequence[int],
    num_classes: int,
    *,
    widths: Sequence[int] = (16, 32, 64),
    kernel_size: int = 3,
    dropout: float = 0.0,
    activation: Activation = "relu",
    batch_norm: bool = True,
    seed: int | None = None,
) -> keras.Model:
    """Builds a U-Net that returns the logits of every pixel.

    On the way down each stage has two convolutions and halves the resolution; on the way up it
    is doubled, joined with the maps of the same resolution from the way down, and two
    convolutions follow. Unlike in the paper convolutions are padded, so that the masks have the
    size of the image, and normalised. Kernels start He-normal.

    Source: Ronneberger et al. 2015, U-Net: convolutional networks for biomedical image
    segmentation.

    Args:
        input_shape: `(height, width, channels)`, channels last. Height and width must be
            multiples of `2 ** (len(widths) - 1)` pixels.
        num_classes: Logits of a pixel, at least 2.
        widths: Channels of each stage; the last one is the bottom.
        kernel_size: Side of the square kernels in pixels, at least 1.
        dropout: Drop rate of whole maps at the bottom, in [0, 1).
        activation: As for `convnet`.
        batch_norm: Whether to normalise; the convolutions then carry no bias.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model, `float32[batch, height, width, channels] ->
        float32[batch, height, width, num_classes]`.

    Raises:
        ValueError: If the sides cannot be halved so often, or an argument is out of its range.

    Example:
        >>> unet((32, 32, 3), 4).output_shape
        (None, 32, 32, 4)
    """
    widths = check_widths("widths", widths)
    step = 2 ** (len(widths) - 1)
    shape = check_image_shape(
        "unet",
        input_shape,
        minimum=step,
        reason=f"has {len(widths)} stages",
        way_out="use fewer widths or larger images",
    )
    if shape[0] % step or shape[1] % step:
        raise ValueError(
            f"`unet` halves the image {len(widths) - 1} times and doubles it again, so height and "
            f"width must be multiples of {step}. Got input_shape={tuple(shape)}: use fewer widths, "
            "or images of another size."
        )
    kernel_size = check_count("kernel_size", kernel_size)
    check_rate("dropout", dropout)
    units = check_count("num_classes", num_classes, least=2)
    parts = Parts(activation=activation, initializer="he_normal", seed=seed)
    stage = _Stage(parts, kernel_size, batch_norm=batch_norm)
    image = keras.Input(shape, name="image")
    x, skips = image, []
    for level, width in enumerate(widths[:-1], start=1):
        x = stage(x, width, f"down{level}")
        skips.append(x)
        x = keras.layers.MaxPooling2D(2, name=f"down{level}_pool")(x)
    x = stage(x, widths[-1], "bottom")
    x = parts.dropout(x, dropout, "dropout", spatial=True)
    for level in range(len(skips), 0, -1):
        x = keras.layers.UpSampling2D(2, name=f"up{level}_double")(x)
        x = keras.layers.Concatenate(name=f"up{level}_join")([x, skips[level - 1]])
        x = stage(x, widths[level - 1], f"up{level}")
    return keras.Model(image, parts.logits(x, units), name="unet")


class _Stage:
    """Two convolutions of one width."""

    def __init__(self, parts: Parts, kernel_size: int, *, batch_norm: bool) -> None:
        self._parts = parts
        self._kernel_size = kernel_size
        self._batch_norm = batch_norm

    def __call__(self, x: Any, width: int, name: str) -> Any:
        for number in ("first", "second"):
            of = f"{name}_{number}"
            x = self._parts.conv(
                x, width, self._kernel_size, f"{of}_conv", use_bias=not self._batch_norm
            )
            if self._batch_norm:
                x = self._parts.norm(x, f"{of}_norm")
            x = self._parts.activate(x, f"{of}_activation")
        return x
