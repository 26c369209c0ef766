"""The ResNet family for small and large images, from one builder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras

from cookbook._checks import check_count, check_image_shape, check_rate
from cookbook._names import unknown_name
from cookbook.models._parts import Initializer, Parts

Variant = Literal["source", "cifar", "imagenet"]

_VARIANTS = ("cifar", "imagenet", "source")


@dataclass(frozen=True)
class _Plan:
    """Blocks and channels of each stage."""

    blocks: tuple[int, ...]
    widths: tuple[int, ...]
    bottleneck: bool = False


_WIDE = (64, 128, 256, 512)
_NARROW = (16, 32, 64)

# He et al. 2016, table 1, and for 6n + 2 layers its section 4.2.
_PLANS: dict[int, _Plan] = {
    **{depth: _Plan(((depth - 2) // 6,) * 3, _NARROW) for depth in (8, 14, 20, 32, 44, 56, 110)},
    18: _Plan((2, 2, 2, 2), _WIDE),
    34: _Plan((3, 4, 6, 3), _WIDE),
    50: _Plan((3, 4, 6, 3), _WIDE, bottleneck=True),
    101: _Plan((3, 4, 23, 3), _WIDE, bottleneck=True),
    152: _Plan((3, 8, 36, 3), _WIDE, bottleneck=True),
}


def resnet(
    input_shape: Sequence[int] = (32, 32, 3),
    num_classes: int = 10,
    *,
    depth: int = 34,
    variant: Variant = "cifar",
    spatial_dropout: float = 0.0,
    stochastic_depth: float = 0.0,
    zero_init_residual: bool = False,
    initializer: Initializer = "he_normal",
    l2: float = 0.0,
    seed: int | None = None,
) -> keras.Model:
    """Builds a residual network (He et al. 2016) that returns logits.

    Convolutions carry no bias; each is normalised before the activation. Bottleneck blocks
    stride in their 3x3 convolution ("v1.5"). Normalisation has momentum 0.9 and epsilon 1e-5
    (Keras: 0.99 and 1e-3). Padding is "same"; at stride 2 Keras pads below and right, PyTorch
    on all sides, so the same weights give slightly different maps there.

    | variant | first layers | shortcut of the first stage | spatial dropout |
    |---|---|---|---|
    | cifar | 3x3 convolution | identity | last maps, behind every normalisation |
    | imagenet | 7x7 convolution, stride 2, 3x3 max pooling | identity | as cifar |
    | source | 3x3 convolution | 1x1 projection | behind each normalisation of the branches |

    "source" is the network of the R&D report on LeNet, ResNet and recurrent networks (source 003):
    only a projection also in the first stage gives its printed 21,286,346 trainable parameters. Its
    dropout stands between normalisations, whose learned variance it shifts (Li et al. 2019); the
    other variants drop behind the last one. A bottleneck's first shortcut is always a projection,
    because its channels change. Its "Super" model is `spatial_dropout`, `l2=0.005` (PyTorch's
    weight decay 0.01) and He initialisation.

    Args:
        input_shape: `(height, width, channels)`. Height and width must be at least 32 pixels
            for "imagenet"; otherwise 8, or 4 for the depths with three stages.
        num_classes: Number of logits, at least 2.
        depth: Weighted layers: 8, 14, 20, 32, 44, 56 or 110 (three stages of 16, 32, 64
            channels), 18 or 34 (four stages of 64 to 512), 50, 101 or 152 (bottlenecks).
        variant: "cifar", "imagenet" or "source", see above.
        spatial_dropout: Rate of dropped maps, in [0, 1).
        stochastic_depth: Drop rate of the last block's branch, in [0, 1), growing linearly
            with the depth from the first block's (Huang et al. 2016).
        zero_init_residual: Whether each branch starts at zero (Goyal et al. 2017): the last
            normalisation's scale is 0, so every block starts as its shortcut.
        initializer: Kernel initialiser, a name in `cookbook.initializers` or an object.
        l2: Factor of the sum of squared kernel weights, at least 0 (no half).
        seed: Seed of weights and dropout; `None` lets Keras draw.

    Returns:
        An uncompiled functional model,
        `float32[batch, height, width, channels] -> float32[batch, num_classes]`.

    Raises:
        ValueError: If the depth is unknown, the image too small or an argument out of its range.

    Example:
        >>> resnet(depth=20).count_params()
        274042
    """
    plan = _find_plan(depth)
    shape = _check_shape(input_shape, plan, variant)
    check_rate("spatial_dropout", spatial_dropout)
    check_rate("stochastic_depth", stochastic_depth)
    units = check_count("num_classes", num_classes, least=2)
    parts = Parts(initializer=initializer, l2=l2, seed=seed)
    in_branches = variant == "source"
    body = _Body(
        parts=parts,
        plan=plan,
        project_first=variant == "source",
        branch_dropout=spatial_dropout if in_branches else 0.0,
        stochastic_depth=stochastic_depth,
        zero_init=zero_init_residual,
    )
    image = keras.Input(shape, name="image")
    x = body.put_on(_stem(parts, image, plan.widths[0], large=variant == "imagenet"))
    x = parts.dropout(x, 0.0 if in_branches else spatial_dropout, "dropout", spatial=True)
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, parts.logits(x, units), name=f"resnet{depth}")


def _find_plan(depth: int) -> _Plan:
    if depth not in _PLANS:
        known = ", ".join(str(known) for known in sorted(_PLANS))
        raise ValueError(f"`depth` must be one of {known}. Got depth={depth!r}.")
    return _PLANS[depth]


def _check_shape(input_shape: Sequence[int], plan: _Plan, variant: str) -> tuple[int, int, int]:
    if variant not in _VARIANTS:
        raise ValueError(unknown_name("ResNet variant", variant, _VARIANTS))
    halvings = len(plan.widths) - 1 + (2 if variant == "imagenet" else 0)
    small = "`variant='cifar'`, " if variant == "imagenet" else ""
    return check_image_shape(
        "resnet",
        input_shape,
        minimum=2**halvings,
        reason=f"halves the image {halvings} times",
        way_out=f"use {small}depth 8 to 56 or larger images" if small else "use larger images",
    )


def _stem(parts: Parts, x: Any, width: int, *, large: bool) -> Any:
    size, strides = (7, 2) if large else (3, 1)
    x = parts.conv(x, width, size, "stem_conv", strides=strides, use_bias=False)
    x = parts.activate(parts.norm(x, "stem_norm"), "stem_activation")
    if large:
        x = keras.layers.MaxPooling2D(3, 2, padding="same", name="stem_pool")(x)
    return x


@dataclass(frozen=True, kw_only=True)
class _Body:
    """The residual stages."""

    parts: Parts
    plan: _Plan
    project_first: bool
    branch_dropout: float
    stochastic_depth: float
    zero_init: bool

    def put_on(self, x: Any) -> Any:
        done, total = 0, sum(self.plan.blocks)
        for stage, (blocks, width) in enumerate(
            zip(self.plan.blocks, self.plan.widths, strict=True), start=1
        ):
            for block in range(1, blocks + 1):
                done += 1
                strides = 2 if stage > 1 and block == 1 else 1
                rate = self.stochastic_depth * done / total
                project = block == 1 and (stage > 1 or self.project_first)
                name = f"stage{stage}_block{block}"
                x = self._block(x, width, strides, project=project, drop=rate, name=name)
        return x

    def _block(
        self, x: Any, width: int, strides: int, *, project: bool, drop: float, name: str
    ) -> Any:
        branch = self._branch(x, width, strides, name)
        branch = self.parts.drop_branch(branch, drop, f"{name}_drop")
        if project or x.shape[-1] != branch.shape[-1]:
            x = self.parts.conv(
                x, branch.shape[-1], 1, f"{name}_shortcut", strides=strides, use_bias=False
            )
            x = self.parts.norm(x, f"{name}_shortcut_norm")
        x = keras.layers.Add(name=f"{name}_add")([x, branch])
        return self.parts.activate(x, f"{name}_activation")

    def _branch(self, x: Any, width: int, strides: int, name: str) -> Any:
        """Filters, kernel size and stride of each convolution, one after the other."""
        layers: tuple[tuple[int, int, int], ...] = ((width, 3, strides), (width, 3, 1))
        if self.plan.bottleneck:
            layers = ((width, 1, 1), (width, 3, strides), (4 * width, 1, 1))
        for index, (filters, size, stride) in enumerate(layers, start=1):
            last = index == len(layers)
            x = self.parts.conv(
                x, filters, size, f"{name}_conv{index}", strides=stride, use_bias=False
            )
            x = self.parts.norm(x, f"{name}_norm{index}", start_at_zero=last and self.zero_init)
            x = self.parts.dropout(x, self.branch_dropout, f"{name}_dropout{index}", spatial=True)
            if not last:
                x = self.parts.activate(x, f"{name}_activation{index}")
        return x
