"""Image models of the catalogue."""

from __future__ import annotations

from cookbook.models.entry import ModelEntry

_CIFAR = (32, 32, 3)

CONVNETS: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="convnet",
        builder="cookbook.models.convnet:convnet",
        reference={"input_shape": (8, 8, 1), "num_classes": 10, "widths": (16, 32), "dense": 64},
        small={"widths": (4,), "dense": 8},
        trainable=13_754,
        total=13_850,
        summary="Configurable plain CNN with augmentation layers; reference: 8x8 digits",
        source="keras-cookbook",
    ),
    ModelEntry(
        name="cifar10-cnn",
        builder="cookbook.models.convnet:cifar10_cnn",
        small={"input_shape": (18, 18, 3)},
        trainable=122_570,
        total=122_570,
        summary="Plain CNN of 32, 64 and 64 maps for CIFAR-10",
        source="source 001",
    ),
)

IMAGES: tuple[ModelEntry, ...] = CONVNETS
