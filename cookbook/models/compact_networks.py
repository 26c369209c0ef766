"""Small residual networks for small images, with at most as many parameters as LeNet."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import keras

from cookbook._checks import check_count, check_image_shape, check_rate, check_widths
from cookbook._names import unknown_name
from cookbook.models._parts import Activation, Initializer, Parts

Block = Literal["blueprint", "residual", "separable", "shared"]


def compact(
    input_shape: Sequence[int] = (32, 32, 3),
    num_classes: int = 10,
    *,
    block: Block = "blueprint",
    widths: Sequence[int] = (32, 64, 128),
    depths: Sequence[int] = (2, 2, 2),
    activation: Activation = "relu",
    dropout: float = 0.0,
    initializer: Initializer = "he_normal",
    l2: float = 0.0,
    seed: int | None = None,
) -> keras.Model:
    """Builds a small convolutional network without hidden dense layers, returning logits.

    LeNet spends 48,120 of its 62,006 parameters on one dense layer. Here the maps are averaged
    instead and the parameters go to convolutions: a 3x3 convolution to `widths[0]` channels,
    then stages of blocks; every stage after the first halves the resolution. A block that keeps
    its shape has an identity shortcut.

    | block | layers of one block | weights for c to d channels |
    |---|---|---|
    | separable | 3x3 depthwise, then 1x1 (Howard et al. 2017) | 9c + cd |
    | blueprint | 1x1, then 3x3 depthwise (BSConv-U, Haase & Amthor 2020) | cd + 9d |
    | residual | two 3x3 convolutions, projected shortcuts (ResNet-8 style) | 9cd + 9dd |
    | shared | two 3x3 convolutions, the same in all blocks of a stage (Liang & Hu 2015) | 18dd |

    The separable and the residual block normalise and activate behind every convolution, the
    blueprint block once, behind its pair: its two convolutions stand for one. Normalisation
    has momentum 0.9 and epsilon 1e-5 (Keras: 0.99 and 1e-3).

    The weights of shared blocks are those of a whole stage: depth costs time, not parameters. Each
    block has normalisations of its own, and between stages the maps are averaged and projected, cd
    weights. (The thrifty networks of Coiffier et al. 2021 share across stages, too.)

    Args:
        input_shape: `(height, width, channels)`. Height and width must be at least
            `2 ** (len(widths) - 1)` pixels.
        num_classes: Number of logits, at least 2.
        block: "blueprint", "residual", "separable" or "shared".
        widths: Channels of each stage.
        depths: Blocks of each stage, as many entries as `widths`.
        activation: Hidden activation, see `cookbook.models.convnets.convnet`.
        dropout: Drop rate of the averaged maps before the head, in [0, 1).
        initializer: Kernel initialiser, a name in `cookbook.initializers` or an object.
        l2: Factor of the sum of squared kernel weights, at least 0 (no half).
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model,
        `float32[batch, height, width, channels] -> float32[batch, num_classes]`.

    Raises:
        ValueError: If the image is too small, the block unknown, `widths` and `depths` differ in
            length, or an argument is out of its range.

    Example:
        >>> compact(widths=(8, 16), depths=(1, 1)).count_params()
        922
    """
    widths, depths = check_widths("widths", widths), check_widths("depths", depths)
    if len(widths) != len(depths):
        raise ValueError(
            f"`widths` and `depths` need one entry per stage each. "
            f"Got widths={widths}, depths={depths}: make them equally long."
        )
    if block not in _STAGES:
        raise ValueError(unknown_name("block", block, _STAGES))
    shape = _check_shape(input_shape, len(widths) - 1)
    check_rate("dropout", dropout)
    units = check_count("num_classes", num_classes, least=2)
    parts = Parts(activation=activation, initializer=initializer, l2=l2, seed=seed)
    image = keras.Input(shape, name="image")
    x = _conv(parts, image, widths[0], 3, 1, "stem")
    for stage, (width, depth) in enumerate(zip(widths, depths, strict=True), start=1):
        x = _STAGES[block](parts, x, width, depth, halve=stage > 1, name=f"stage{stage}")
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    x = parts.dropout(x, dropout, "dropout")
    return keras.Model(image, parts.logits(x, units), name=f"compact_{block}")


def _check_shape(input_shape: Sequence[int], halvings: int) -> tuple[int, int, int]:
    return check_image_shape(
        "compact",
        input_shape,
        minimum=2**halvings,
        reason=f"halves the image {halvings} times",
        way_out="use fewer stages or larger images",
    )


def _conv(
    parts: Parts, x: Any, width: int, size: int, strides: int, name: str, *, last: bool = False
) -> Any:
    """Convolution, normalisation and, unless `last`, activation."""
    x = parts.conv(x, width, size, f"{name}_conv", strides=strides, use_bias=False)
    return _normalised(parts, x, name, last=last)


def _normalised(parts: Parts, x: Any, name: str, *, last: bool = False) -> Any:
    x = parts.norm(x, f"{name}_norm")
    return x if last else parts.activate(x, f"{name}_activation")


def _separable(parts: Parts, x: Any, width: int, strides: int, name: str) -> Any:
    y = parts.depthwise(x, 3, f"{name}_depthwise", strides=strides)
    y = parts.activate(parts.norm(y, f"{name}_depthwise_norm"), f"{name}_depthwise_activation")
    return _add_if_equal(x, _conv(parts, y, width, 1, 1, f"{name}_pointwise"), name)


def _blueprint(parts: Parts, x: Any, width: int, strides: int, name: str) -> Any:
    y = parts.conv(x, width, 1, f"{name}_pointwise", use_bias=False)
    y = parts.depthwise(y, 3, f"{name}_depthwise", strides=strides)
    y = parts.activate(parts.norm(y, f"{name}_norm"), f"{name}_activation")
    return _add_if_equal(x, y, name)


def _residual(parts: Parts, x: Any, width: int, strides: int, name: str) -> Any:
    y = _conv(parts, x, width, 3, strides, f"{name}_first")
    y = _conv(parts, y, width, 3, 1, f"{name}_second", last=True)
    if x.shape != y.shape:
        x = _conv(parts, x, width, 1, strides, f"{name}_shortcut", last=True)
    return _added(parts, x, y, name)


def _added(parts: Parts, x: Any, y: Any, name: str) -> Any:
    x = keras.layers.Add(name=f"{name}_add")([x, y])
    return parts.activate(x, f"{name}_activation")


def _add_if_equal(x: Any, y: Any, name: str) -> Any:
    return keras.layers.Add(name=f"{name}_add")([x, y]) if x.shape == y.shape else y


def _own_blocks(
    block: Callable[[Parts, Any, int, int, str], Any],
    parts: Parts,
    x: Any,
    width: int,
    depth: int,
    *,
    halve: bool,
    name: str,
) -> Any:
    """A stage whose blocks have weights of their own; the first one halves the resolution."""
    for index in range(1, depth + 1):
        x = block(parts, x, width, 2 if halve and index == 1 else 1, f"{name}_block{index}")
    return x


def _shared_blocks(parts: Parts, x: Any, width: int, depth: int, *, halve: bool, name: str) -> Any:
    """A stage whose blocks have the same convolutions, and normalisations of their own."""
    if halve:
        x = keras.layers.AveragePooling2D(2, padding="same", name=f"{name}_pool")(x)
    if x.shape[-1] != width:
        x = _conv(parts, x, width, 1, 1, f"{name}_projection", last=True)
    how = {"padding": "same", "use_bias": False}
    first, second = (
        parts.conv_layer(width, 3, f"{name}_{place}_conv", **how) for place in ("first", "second")
    )
    for index in range(1, depth + 1):
        block = f"{name}_block{index}"
        y = _normalised(parts, first(x), f"{block}_first")
        y = _normalised(parts, second(y), f"{block}_second", last=True)
        x = _added(parts, x, y, block)
    return x


_STAGES: dict[str, Callable[..., Any]] = {
    "blueprint": functools.partial(_own_blocks, _blueprint),
    "residual": functools.partial(_own_blocks, _residual),
    "separable": functools.partial(_own_blocks, _separable),
    "shared": _shared_blocks,
}
