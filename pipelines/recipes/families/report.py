"""The image experiments of source 003: seven LeNet and four ResNet rows on two datasets.

One row of the source's tables is one recipe. Rows of a family share training and search space,
so that their scores differ by what the row is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cookbook.models.catalog import get_model
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

# The source's "wrong" weights are large Gaussian numbers; it prints no scale.
_LARGE_WEIGHTS = {"class_name": "RandomNormal", "config": {"stddev": 1.0}}
# What the data decides is not a hyperparameter.
_OF_THE_DATA = {"input_shape", "num_classes"}

# Source 003 trains with Adam (section 2.8.1) and prints no rate and no batch size.
_ADAM = {"optimizer": "adam", "learning_rate": 1e-3, "batch_size": 128, "epochs": 50}
# What lifts the same graphs: augmentation, a schedule, averaged weights.
_SCHEDULED = {
    "optimizer": "nesterov",
    "learning_rate": 0.1,
    "schedule": "cosine",
    "warmup": 0.05,
    "batch_size": 128,
    "augment": "flip-crop",
    "standardize": True,
}
_TITLES = {"cifar10": "CIFAR-10", "tiny-imagenet": "Tiny ImageNet"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the source's tables.

    Attributes:
        summary: What the row is about.
        models: Name in the model catalogue, by dataset.
        reported: The source's accuracy in per cent, by dataset: test on CIFAR-10, validation
            on Tiny ImageNet.
        changes: Hyperparameters besides those of the catalogue's model and the family.
    """

    summary: str
    models: Mapping[str, str]
    reported: Mapping[str, float]
    changes: Mapping[str, Any] = field(default_factory=dict)


def _both(model: str, tiny_imagenet: str = "") -> dict[str, str]:
    return {"cifar10": model, "tiny-imagenet": tiny_imagenet or f"{model}-tiny-imagenet"}


def _accuracy(cifar10: float, tiny_imagenet: float) -> dict[str, float]:
    return {"cifar10": cifar10, "tiny-imagenet": tiny_imagenet}


_PLAIN_LENET = _both("lenet")
_SUPER_LENET_TRAINING = {**_SCHEDULED, "epochs": 100, "label_smoothing": 0.05, "ema": 0.998}

LENETS: Mapping[str, Row] = {
    "lenet": Row(
        summary="LeNet-5: tanh, average pooling",
        models=_PLAIN_LENET,
        reported=_accuracy(58.98, 9.65),
    ),
    "lenet-bn": Row(
        summary="LeNet with batch normalisation",
        models=_both("lenet-bn"),
        reported=_accuracy(60.77, 9.78),
    ),
    "lenet-dp": Row(
        summary="LeNet with dropout of image, maps and hidden units",
        models=_PLAIN_LENET,
        reported=_accuracy(46.50, 4.90),
        changes={"dropout": (0.2, 0.5, 0.5, 0.5)},
    ),
    "lenet-bndp": Row(
        summary="LeNet with batch normalisation and dropout",
        models=_both("lenet-bn"),
        reported=_accuracy(54.23, 5.42),
        changes={"dropout": (0.2, 0.5, 0.5, 0.2)},
    ),
    "lenet-l2": Row(
        summary="LeNet with an L2 penalty",
        models=_PLAIN_LENET,
        reported=_accuracy(59.43, 9.62),
        changes={"l2": 0.005},
    ),
    "super-lenet": Row(
        summary="LeNet with leaky ReLU, batch normalisation, dropout and He weights",
        models=_both("super-lenet"),
        reported=_accuracy(66.00, 5.89),
        changes=_SUPER_LENET_TRAINING,
    ),
    "super-lenet-wrong-init": Row(
        summary="SuperLeNet from large Gaussian weights",
        models=_both("super-lenet"),
        reported=_accuracy(44.47, 8.36),
        changes={**_SUPER_LENET_TRAINING, "initializer": _LARGE_WEIGHTS},
    ),
}

_PLAIN_RESNET = _both("resnet34")
_RESNET_TRAINING = {**_SCHEDULED, "weight_decay": 5e-4, "epochs": 200}
# The penalty of the "Super" rows is PyTorch's coupled weight decay 0.01, meant for Adam.
_SUPER_RESNET_TRAINING = {
    **_ADAM,
    "schedule": "cosine",
    "warmup": 0.05,
    "augment": "flip-crop-jitter",
    "standardize": True,
    "epochs": 200,
}

RESNETS: Mapping[str, Row] = {
    "resnet34": Row(
        summary="ResNet-34",
        models=_PLAIN_RESNET,
        reported=_accuracy(86.10, 33.89),
        changes=_RESNET_TRAINING,
    ),
    "resnet34-dp": Row(
        summary="ResNet-34 with spatial dropout",
        models=_PLAIN_RESNET,
        reported=_accuracy(86.27, 35.66),
        changes={**_RESNET_TRAINING, "spatial_dropout": 0.1},
    ),
    "super-resnet34": Row(
        summary="ResNet-34 with spatial dropout, L2 penalty and He weights",
        models=_both("super-resnet34"),
        reported=_accuracy(93.03, 40.11),
        changes=_SUPER_RESNET_TRAINING,
    ),
    "super-resnet34-wrong-init": Row(
        summary="SuperResNet-34 from large Gaussian weights",
        models=_both("super-resnet34"),
        reported=_accuracy(9.83, 0.54),
        changes={**_SUPER_RESNET_TRAINING, "initializer": _LARGE_WEIGHTS},
    ),
}


def lenet_recipe(row: str, dataset: str) -> Recipe:
    """The recipe of a LeNet row.

    Args:
        row: Name in `LENETS`.
        dataset: `"cifar10"` or `"tiny-imagenet"`. The source's network for Tiny ImageNet has
            83,072 parameters, which is a network for 32x32 pixels: images are halved.

    Returns:
        The recipe, named `"{dataset}-{row}"`.

    Example:
        >>> lenet_recipe("lenet-bn", "cifar10").defaults["batch_norm"]
        True
    """
    size = {"image_size": 32} if dataset == "tiny-imagenet" else {}
    space = Space(
        {
            "learning_rate": Float(1e-3, 3e-1, log=True)
            if "schedule" in LENETS[row].changes
            else Float(1e-4, 1e-2, log=True),
            "batch_size": Choice([64, 128, 256]),
            "activation": Choice(["tanh", "relu", "leaky_relu", "swish"]),
            "order": Choice(["source", "standard"]),
            "augment": Choice(["none", "flip", "flip-crop"]),
        }
    )
    return _recipe(
        LENETS[row],
        f"{dataset}-{row}",
        dataset,
        shared={"activation": "tanh", "order": "source", "augment": "none", **_ADAM, **size},
        space=space,
        tiny={"epochs": 2},
    )


def resnet_recipe(row: str, dataset: str) -> Recipe:
    """The recipe of a ResNet row.

    Args:
        row: Name in `RESNETS`.
        dataset: `"cifar10"` or `"tiny-imagenet"`.

    Returns:
        The recipe, named `"{dataset}-{row}"`; in tiny mode a ResNet-8 on 32x32 pixels.

    Example:
        >>> resnet_recipe("resnet34", "cifar10").defaults["depth"]
        34
    """
    space = Space(
        {
            "depth": Choice([8, 18, 34]),
            "learning_rate": Float(1e-4, 3e-1, log=True),
            "batch_size": Choice([64, 128, 256]),
            "spatial_dropout": Float(0.0, 0.3, step=0.1),
            "augment": Choice(["flip-crop", "flip-crop-jitter", "flip-crop-cutmix"]),
        }
    )
    return _recipe(
        RESNETS[row],
        f"{dataset}-{row}",
        dataset,
        shared={"spatial_dropout": 0.0},
        space=space,
        tiny={"epochs": 1, "depth": 8, "batch_size": 32, "image_size": 32},
        fits_in="made for a GPU: 21 million parameters take days on two cores",
    )


def _recipe(
    row: Row,
    name: str,
    dataset: str,
    *,
    shared: Mapping[str, Any],
    space: Space,
    tiny: Mapping[str, Any],
    fits_in: str = "",
) -> Recipe:
    entry = get_model(row.models[dataset])
    architecture = {k: v for k, v in entry.reference.items() if k not in _OF_THE_DATA}
    split = "test" if dataset == "cifar10" else "validation"
    return Recipe(
        name=name,
        summary=f"{row.summary} on {_TITLES[dataset]}",
        dataset=dataset,
        task="image-classification",
        builder=entry.builder,
        defaults={**shared, **architecture, **row.changes},
        space=space,
        metric="val_accuracy",
        direction="maximize",
        source=f"Source 003, section 4; it reports {row.reported[dataset]:.2f} % {split} accuracy",
        tiny=tiny,
        # Three images at least of each class of Tiny ImageNet.
        tiny_rows=600 if dataset == "tiny-imagenet" else 200,
        fits_in=fits_in,
    )
