"""Handwritten digits (1,797 real 8x8 images) with a small convolutional network.

The first recipe to try: the data ships with scikit-learn, a training takes seconds, and a
search of 24 trials ends within a minute and a half on two cores (`make tune`).

Measured by `python -m benchmarks.recipes` on 2026-11-28:

    test        accuracy 0.9901 ± 0.0043; logistic regression 0.963
    test        crossentropy 0.04056 ± 0.0072; logistic regression 0.1482
    test        balanced_accuracy 0.9902 ± 0.0042; logistic regression 0.9627
    source      Neural network assignments (source 001), Optimizers, Q4, its network for 8x8 images
    seeds       0, 1, 2
    time        about 8 s each on 2 cores, Intel(R) Xeon(R) Processor (AVX-512)
    command     cookbook train digits-cnn --seed 0 --json
    commit      2a3ea4489c
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Int, Space

RECIPE = Recipe(
    name="digits-cnn",
    summary="Handwritten digits with a small CNN",
    dataset="digits",
    task="image-classification",
    builder="cookbook.models.convnets:convnet",
    defaults={
        "widths": (32, 64),
        "dense": 64,
        "dropout": 0.2,
        "batch_norm": True,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "batch_size": 32,
        "epochs": 15,
    },
    space=Space(
        {
            "widths": Choice([(16, 32), (32, 64), (48, 96)]),
            "dense": Int(32, 128, step=32),
            "dropout": Float(0.0, 0.5, step=0.1),
            "batch_norm": Choice([True, False]),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(3e-4, 3e-2, log=True),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("001", "Optimizers, Q4") + ", its network for 8x8 images",
    tiny={"epochs": 2, "widths": (8, 16)},
    fits_in="3 s a training on one core",
)
