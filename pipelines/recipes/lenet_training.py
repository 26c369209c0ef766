"""The trainings that the rows of LeNet share, so that they differ by what they are named for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning import Choice, Float, Space

TRAINING: Mapping[str, Any] = {
    "augment": "none",
    "optimizer": "adam",
    # The report trains with Adam (section 2.8.1) and prints no rate, batch size or scale of the
    # pixels. Validation rows chose these for the plain LeNet: docs/recipes/cifar10-lenet.md and
    # docs/recipes/tiny-imagenet-lenet.md.
    "learning_rate": 3e-4,
    "batch_size": 128,
    "standardize": True,
    "epochs": 40,
}
"""The report's training, as far as it is stated, of the rows without dropout."""

DROPOUT_TRAINING: Mapping[str, Any] = {
    "augment": "none",
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "batch_size": 128,
    "epochs": 50,
}
"""That of the rows with dropout: Adam at its usual rate. The report prints none, nor batch size."""

SUPER_LENET: Mapping[str, Any] = {
    "batch_norm": True,
    "activation": "leaky_relu",
    "order": "source",
    "dropout": (0.0, 0.0, 0.2, 0.0),
}
"""The graph of the report's best LeNet."""

SUPER_TRAINING: Mapping[str, Any] = {
    "standardize": True,
    "augment": "flip-crop",
    "optimizer": "nesterov",
    "learning_rate": 0.1,
    "schedule": "cosine",
    "warmup": 0.05,
    "label_smoothing": 0.05,
    "ema": 0.998,
    "batch_size": 128,
    "epochs": 100,
}
"""What the report does not use: augmentation, momentum with a cosine fall, averaged weights."""

WRONG_INITIALIZER: Mapping[str, Any] = {
    "class_name": "RandomNormal",
    "config": {"stddev": 1.0},
}
"""Large Gaussian numbers; the report prints no scale."""

TINY_IMAGENET: Mapping[str, Any] = {
    "hidden": (),
    # The report's 83,072 parameters are those of a network for 32x32 pixels.
    "image_size": 32,
}
"""What the report's LeNets have on Tiny ImageNet."""

_SEARCHED: Mapping[str, Any] = {
    "batch_size": Choice([64, 128, 256]),
    "activation": Choice(["tanh", "relu", "leaky_relu", "swish"]),
    "order": Choice(["source", "standard"]),
    "augment": Choice(["none", "flip", "flip-crop"]),
}

SPACE = Space({"learning_rate": Float(1e-4, 0.01, log=True), **_SEARCHED})
"""What a search may change, with Adam."""

SUPER_SPACE = Space({"learning_rate": Float(1e-3, 0.3, log=True), **_SEARCHED})
"""What a search may change, with momentum."""
