"""Handwritten digits of 28x28 pixels (60,000 to train, 10,000 to test; LeCun et al. 1998).

The data are read from the data folder: `cookbook data get mnist` fetches them (11.6 MB).

Measured: not yet.

    source      Neural network assignments (source 001), Optimizers, Q4, its network for small
                images; LeCun et al. 1998
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Int, Space

RECIPE = Recipe(
    name="mnist-cnn",
    summary="Handwritten digits of 28x28 pixels with a small CNN",
    dataset="mnist",
    task="image-classification",
    builder="cookbook.models.convnets:convnet",
    defaults={
        "widths": (32, 64),
        "dense": 64,
        "dropout": 0.2,
        "batch_norm": True,
        "augment": "none",
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "batch_size": 128,
        "epochs": 5,
    },
    space=Space(
        {
            "widths": Choice([(16, 32), (32, 64), (48, 96)]),
            "dense": Int(32, 128, step=32),
            "dropout": Float(0.0, 0.5, step=0.1),
            "batch_norm": Choice([True, False]),
            "augment": Choice(["none", "rotate-shift"]),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(3e-4, 3e-2, log=True),
            "batch_size": Choice([64, 128, 256]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("001", "Optimizers, Q4") + ", its network for small images; LeCun et al. 1998",
    tiny={"epochs": 2, "widths": (8, 16)},
)
