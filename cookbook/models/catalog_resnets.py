"""Residual networks of the catalogue."""

from __future__ import annotations

from cookbook._sources import cite
from cookbook.models.entry import ModelEntry

_RESNET = "cookbook.models.resnets:resnet"
_HE = "He et al. 2016, arXiv:1512.03385"
_SOURCE = cite("003", "section 2.5") + "; " + _HE
_TINY_IMAGENET = {"input_shape": (64, 64, 3), "num_classes": 200}
_IMAGENET = {"input_shape": (224, 224, 3), "num_classes": 1000, "variant": "imagenet"}
_SMALL = {"input_shape": (8, 8, 3), "num_classes": 10, "depth": 8}

# The source names no rate for its dropout; 0.1 is the usual one for maps.
_DROPOUT = {"variant": "source", "depth": 34, "spatial_dropout": 0.1}
_SUPER = {**_DROPOUT, "l2": 0.005}

RESNETS: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="resnet8",
        builder=_RESNET,
        reference={"depth": 8},
        small=_SMALL,
        trainable=78_042,
        total=78_714,
        summary="ResNet-8 for CIFAR-10: one block per stage of 16, 32, 64 channels",
        source=_HE,
    ),
    ModelEntry(
        name="resnet20",
        builder=_RESNET,
        reference={"depth": 20},
        small=_SMALL,
        trainable=272_474,
        total=274_042,
        summary="ResNet-20 for CIFAR-10, projected shortcuts",
        source=_HE,
    ),
    ModelEntry(
        name="resnet18",
        builder=_RESNET,
        reference={"depth": 18},
        small=_SMALL,
        trainable=11_173_962,
        total=11_183_562,
        summary="ResNet-18 with a 3x3 first layer for CIFAR-10",
        source=_HE,
    ),
    ModelEntry(
        name="resnet34",
        builder=_RESNET,
        reference={"variant": "source", "depth": 34},
        small=_SMALL,
        trainable=21_286_346,
        total=21_303_498,
        summary="ResNet-34 of the R&D report for CIFAR-10",
        source=_SOURCE,
    ),
    ModelEntry(
        name="resnet34-dropout",
        builder=_RESNET,
        reference=_DROPOUT,
        small=_SMALL,
        trainable=21_286_346,
        total=21_303_498,
        summary="The same with spatial dropout behind the normalisations",
        source=_SOURCE,
    ),
    ModelEntry(
        name="super-resnet34",
        builder=_RESNET,
        reference=_SUPER,
        small=_SMALL,
        trainable=21_286_346,
        total=21_303_498,
        summary="The same with spatial dropout, L2 penalty and He weights",
        source=_SOURCE,
    ),
    ModelEntry(
        name="resnet34-tiny-imagenet",
        builder=_RESNET,
        reference={**_TINY_IMAGENET, "variant": "source", "depth": 34},
        small=_SMALL,
        trainable=21_383_816,
        total=21_400_968,
        summary="ResNet-34 of the R&D report for Tiny ImageNet",
        source=_SOURCE,
    ),
    ModelEntry(
        name="super-resnet34-tiny-imagenet",
        builder=_RESNET,
        reference={**_SUPER, **_TINY_IMAGENET},
        small=_SMALL,
        trainable=21_383_816,
        total=21_400_968,
        summary="The same with spatial dropout, L2 penalty and He weights",
        source=_SOURCE,
    ),
    ModelEntry(
        name="resnet50",
        builder=_RESNET,
        reference={"depth": 50},
        small=_SMALL,
        trainable=23_520_842,
        total=23_573_962,
        summary="ResNet-50 with a 3x3 first layer for CIFAR-10",
        source=_HE,
    ),
    ModelEntry(
        name="resnet50-imagenet",
        builder=_RESNET,
        reference={**_IMAGENET, "depth": 50},
        small={**_SMALL, "input_shape": (32, 32, 3)},
        trainable=25_557_032,
        total=25_610_152,
        summary="ResNet-50 v1.5 with a 7x7 first layer for ImageNet",
        source=_HE,
    ),
)
