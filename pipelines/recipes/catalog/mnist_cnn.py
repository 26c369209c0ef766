"""Handwritten digits of 28x28 pixels (60,000 to train, 10,000 to test; LeCun et al. 1998).

The data are read from the data folder: `cookbook data get mnist` fetches them (11.6 MB).

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        accuracy 0.989 ± 0.00078; linear discriminant analysis 0.8803
    test        crossentropy 0.03475 ± 0.0041; linear discriminant analysis 0.5585
    test        balanced_accuracy 0.9889 ± 0.00075; linear discriminant analysis 0.879
    source      Neural network assignments (source 001), Optimizers, Q4, its network for small
                images; LeCun et al. 1998
    seeds       0, 1, 2
    time        about 96 s each on 1 core, AMD EPYC (AVX-512)
    data        train-images-idx3-ubyte
    command     cookbook train mnist-cnn --seed 0 --json
    commit      9aecf99df1
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
