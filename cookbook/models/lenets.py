"""The LeNet family of the R&D report (source 003), one builder for all its members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import keras

from cookbook._checks import check_count, check_image_shape, check_rate, check_widths
from cookbook._names import unknown_name
from cookbook.models._parts import Activation, Initializer, Parts

Order = Literal["source", "standard"]
Pooling = Literal["average", "max"]
_POOLS = {"average": keras.layers.AveragePooling2D, "max": keras.layers.MaxPooling2D}


def lenet(  # noqa: PLR0913 - what the report varies, by keyword
    input_shape: Sequence[int] = (32, 32, 3),
    num_classes: int = 10,
    *,
    hidden: Sequence[int] = (120, 84),
    activation: Activation = "tanh",
    batch_norm: bool = False,
    dropout: Sequence[float] = (0.0, 0.0, 0.0, 0.0),
    l2: float = 0.0,
    order: Order = "source",
    pooling: Pooling = "average",
    initializer: Initializer = "glorot_uniform",
    bias: float = 0.0,
    seed: int | None = None,
) -> keras.Model:
    """Builds LeNet-5 (LeCun et al. 1998) and its variants, returning logits.

    The variants are those of the R&D report on LeNet, ResNet and recurrent networks (source 003).
    Two unpadded 5x5 convolutions with 6 and 16 maps and 2x2 pooling, then dense layers. The
    source's text says max pooling; its printed networks and the original average, and so does this
    unless `pooling="max"`.
    The catalogue's members are arguments of this one function:

    | name | arguments |
    |---|---|
    | lenet | - |
    | lenet-bn | `batch_norm=True` |
    | lenet-dropout | `dropout=(0.2, 0.5, 0.5, 0.5)` |
    | lenet-bn-dropout | `batch_norm=True, dropout=(0.2, 0.5, 0.5, 0.2)` |
    | lenet-l2 | `l2=0.005` |
    | super-lenet | `activation="leaky_relu", batch_norm=True, dropout=(0, 0, 0.2, 0)`, He-normal |

    Two orders of layers are offered. `"source"` keeps the printed one: batch normalisation
    behind the activation, single pixels of the maps dropped before pooling. `"standard"`
    normalises before the activation (Ioffe & Szegedy 2015), drops whole maps behind the pooling
    (Tompson et al. 2015: neighbouring pixels carry the same information) and, with
    `batch_norm`, drops only behind the last normalisation (Li et al. 2019: dropout before a
    normalisation shifts the variance that it learned). Normalisation has PyTorch's momentum
    0.9 and epsilon 1e-5, which the source prints; Keras has 0.99 and 1e-3.

    Args:
        input_shape: `(height, width, channels)`, at least 16x16 pixels in [0, 1].
        num_classes: Number of logits, at least 2.
        hidden: Units of the dense layers before the head; `()` is the source's Tiny ImageNet
            head, one dense layer on the maps.
        activation: Hidden activation, see `cookbook.models.convnets.convnet`; "leaky_relu" has the
            source's slope 0.01 (Keras' layer has 0.3).
        batch_norm: Whether to normalise behind both convolutions and every hidden layer.
        dropout: Four drop rates in [0, 1): of the image, the first maps, the second maps and
            the hidden layers. The head's outputs are never dropped.
        l2: Factor of the sum of squared kernel weights, at least 0. PyTorch's
            `weight_decay=w` is `l2=w / 2`.
        order: "source" or "standard", see above.
        pooling: "average" or "max": the mean or the largest of 2x2 pixels of a map.
        initializer: Kernel initialiser, a name in `cookbook.initializers` or an object.
        bias: Start value of all biases; the report has 0.01, and 0.1 beside wrong weights.
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model,
        `float32[batch, height, width, channels] -> float32[batch, num_classes]`.

    Raises:
        ValueError: If the image is too small or an argument is out of its range.

    Example:
        >>> lenet().count_params(), lenet(num_classes=200, hidden=()).count_params()
        (62006, 83072)
    """
    shape = check_image_shape(
        "lenet",
        input_shape,
        minimum=16,
        reason="has two unpadded 5x5 convolutions, each halved by pooling",
        way_out="use larger images",
    )
    if order not in ("source", "standard"):
        raise ValueError(unknown_name("order", order, ("source", "standard")))
    if pooling not in _POOLS:
        raise ValueError(unknown_name("pooling", pooling, _POOLS))
    hidden = check_widths("hidden", hidden, may_be_empty=True)
    units = check_count("num_classes", num_classes, least=2)
    last_only = batch_norm and order == "standard"
    rates = _place_dropout(_check_rates(dropout), len(hidden), last_only=last_only)
    parts = Parts(activation=activation, initializer=initializer, l2=l2, bias=bias, seed=seed)
    style = _Style(batch_norm, order, pooling)
    image = keras.Input(shape, name="image")
    x = parts.dropout(image, rates[0], "image_dropout")
    for index, width in enumerate((6, 16), start=1):
        x = parts.conv(x, width, 5, f"conv{index}", padding="valid")
        x = _finish(parts, x, f"conv{index}", rate=rates[index], style=style)
    x = keras.layers.Flatten(name="flatten")(x)
    for index, width in enumerate(hidden, start=1):
        x = parts.dense(x, width, f"dense{index}")
        x = _finish(parts, x, f"dense{index}", rate=rates[2 + index], style=style)
    return keras.Model(image, parts.logits(x, units), name="lenet")


def _check_rates(dropout: Sequence[float]) -> tuple[float, ...]:
    if not isinstance(dropout, Sequence) or isinstance(dropout, str) or len(dropout) != 4:
        raise ValueError(
            f"`dropout` needs four rates: image, first maps, second maps, hidden layers. "
            f"Got dropout={dropout!r}: write (0, 0, 0.2, 0)."
        )
    return tuple(check_rate("dropout", rate) for rate in dropout)


def _place_dropout(rates: tuple[float, ...], hidden: int, *, last_only: bool) -> tuple[float, ...]:
    """Gives one rate for the image and one per layer; only the last one if `last_only`."""
    spread = rates[:3] + rates[3:] * hidden
    if not last_only:
        return spread
    return (0.0,) * (len(spread) - 1) + spread[-1:]


class _Style(NamedTuple):
    """What stands behind a convolution or a dense layer."""

    batch_norm: bool
    order: Order
    pooling: Pooling


def _finish(parts: Parts, x: Any, name: str, *, rate: float, style: _Style) -> Any:
    """Activation, normalisation, dropout and, on maps, pooling, in the chosen order."""
    maps = len(x.shape) == 4
    if style.batch_norm and style.order == "standard":
        x = parts.norm(x, f"{name}_norm")
    x = parts.activate(x, f"{name}_activation")
    if style.batch_norm and style.order == "source":
        x = parts.norm(x, f"{name}_norm")
    pool = _POOLS[style.pooling](2, name=f"{name}_pool") if maps else lambda maps: maps
    if style.order == "standard":
        return parts.dropout(pool(x), rate, f"{name}_dropout", spatial=maps)
    return pool(parts.dropout(x, rate, f"{name}_dropout"))
