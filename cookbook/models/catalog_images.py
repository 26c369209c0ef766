"""Image models of the catalogue."""

from __future__ import annotations

from cookbook._sources import cite
from cookbook.models.entry import ModelEntry

_SOURCE = cite("003", "section 2.4") + "; LeCun et al. 1998"
_LENET = "cookbook.models.lenets:lenet"
_LENET_TINY = {"num_classes": 200, "hidden": ()}
_LENET_SMALL = {"input_shape": (16, 16, 1), "hidden": (12,)}
_LENET_TINY_SMALL = {"input_shape": (16, 16, 1), "num_classes": 10}
_BN_DROPOUT = {"batch_norm": True, "dropout": (0.2, 0.5, 0.5, 0.2)}
_SUPER = {
    "activation": "leaky_relu",
    "batch_norm": True,
    "dropout": (0.0, 0.0, 0.2, 0.0),
    "initializer": "he_normal",
}

CONVNETS: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="convnet",
        builder="cookbook.models.convnets:convnet",
        reference={"input_shape": (8, 8, 1), "num_classes": 10, "widths": (16, 32), "dense": 64},
        small={"widths": (4,), "dense": 8},
        trainable=13_754,
        total=13_850,
        summary="Configurable plain CNN with augmentation layers; reference: 8x8 digits",
        source="keras-cookbook",
    ),
    ModelEntry(
        name="cifar10-cnn",
        builder="cookbook.models.convnets:cifar10_cnn",
        small={"input_shape": (18, 18, 3)},
        trainable=122_570,
        total=122_570,
        summary="Plain CNN of 32, 64 and 64 maps for CIFAR-10",
        source=cite("001"),
    ),
)

LENETS: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="lenet",
        builder=_LENET,
        small=_LENET_SMALL,
        trainable=62_006,
        total=62_006,
        summary="LeNet-5 on CIFAR-10: tanh, average pooling",
        source=_SOURCE,
    ),
    ModelEntry(
        name="lenet-bn",
        builder=_LENET,
        reference={"batch_norm": True},
        small=_LENET_SMALL,
        trainable=62_458,
        total=62_910,
        summary="LeNet with batch normalisation behind the activations",
        source=_SOURCE,
    ),
    ModelEntry(
        name="lenet-dropout",
        builder=_LENET,
        reference={"dropout": (0.2, 0.5, 0.5, 0.5)},
        small=_LENET_SMALL,
        trainable=62_006,
        total=62_006,
        summary="LeNet with dropout of image, maps and hidden units (LeNetDp)",
        source=_SOURCE,
    ),
    ModelEntry(
        name="lenet-bn-dropout",
        builder=_LENET,
        reference=_BN_DROPOUT,
        small=_LENET_SMALL,
        trainable=62_458,
        total=62_910,
        summary="LeNet with batch normalisation and dropout (LeNetBNDp)",
        source=_SOURCE,
    ),
    ModelEntry(
        name="lenet-l2",
        builder=_LENET,
        reference={"l2": 0.005},
        small=_LENET_SMALL,
        trainable=62_006,
        total=62_006,
        summary="LeNet with an L2 penalty equal to PyTorch's weight decay 0.01",
        source=_SOURCE,
    ),
    ModelEntry(
        name="super-lenet",
        builder=_LENET,
        reference=_SUPER,
        small=_LENET_SMALL,
        trainable=62_458,
        total=62_910,
        summary="LeNet with leaky ReLU, batch normalisation, one dropout, He weights",
        source=_SOURCE,
    ),
    ModelEntry(
        name="lenet-tiny-imagenet",
        builder=_LENET,
        reference=_LENET_TINY,
        small=_LENET_TINY_SMALL,
        trainable=83_072,
        total=83_072,
        summary="LeNet's maps with one dense layer to 200 classes, 32x32 pixels",
        source=_SOURCE,
    ),
    ModelEntry(
        name="lenet-bn-tiny-imagenet",
        builder=_LENET,
        reference={**_LENET_TINY, "batch_norm": True},
        small=_LENET_TINY_SMALL,
        trainable=83_116,
        total=83_160,
        summary="The same with batch normalisation",
        source=_SOURCE,
    ),
    ModelEntry(
        name="super-lenet-tiny-imagenet",
        builder=_LENET,
        reference={**_LENET_TINY, **_SUPER},
        small=_LENET_TINY_SMALL,
        trainable=83_116,
        total=83_160,
        summary="SuperLeNet's maps with one dense layer to 200 classes",
        source=_SOURCE,
    ),
)

_COMPACT = "cookbook.models.compact_networks:compact"
_COMPACT_SMALL = {"input_shape": (8, 8, 3), "widths": (8, 16), "depths": (2, 1)}

COMPACTS: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="compact-blueprint",
        builder=_COMPACT,
        reference={"block": "blueprint", "depths": (2, 2, 3)},
        small=_COMPACT_SMALL,
        trainable=57_706,
        total=58_922,
        summary="Blueprint-separable residual net, smaller than LeNet",
        source="Haase & Amthor 2020, arXiv:2003.13549",
    ),
    ModelEntry(
        name="compact-separable",
        builder=_COMPACT,
        reference={"block": "separable", "depths": (2, 2, 3)},
        small=_COMPACT_SMALL,
        trainable=57_802,
        total=59_978,
        summary="Depthwise-separable residual net, smaller than LeNet",
        source="Howard et al. 2017, arXiv:1704.04861",
    ),
    ModelEntry(
        name="compact-residual",
        builder=_COMPACT,
        reference={"block": "residual", "widths": (14, 28, 56), "depths": (1, 1, 1)},
        small=_COMPACT_SMALL,
        trainable=59_944,
        total=60_532,
        summary="ResNet-8 with 14, 28 and 56 channels, smaller than LeNet",
        source="He et al. 2016, arXiv:1512.03385",
    ),
    ModelEntry(
        name="compact-shared",
        builder=_COMPACT,
        reference={"block": "shared", "widths": (16, 32, 44), "depths": (3, 4, 4)},
        small={**_COMPACT_SMALL, "block": "shared"},
        trainable=62_282,
        total=63_874,
        summary="25 convolutions in 62,282 parameters: the blocks of a stage share their weights",
        source="Liang & Hu 2015; Coiffier et al. 2021, arXiv:2007.10106",
    ),
)

UNETS: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="unet",
        builder="cookbook.models.unets:unet",
        reference={"input_shape": (32, 32, 3), "num_classes": 4},
        small={"input_shape": (8, 8, 1), "num_classes": 2, "widths": (4, 8)},
        trainable=118_644,
        total=119_284,
        summary="U-Net of 16, 32 and 64 maps: a class for every pixel; reference: shapes",
        source="Ronneberger et al. 2015, arXiv:1505.04597",
    ),
)
