"""Handwritten digits (1,797 real 8x8 images) with a multi-layer perceptron."""

from __future__ import annotations

from pipelines.recipes.families.mlp import CLASSIFICATION_SPACE
from pipelines.recipes.recipe import Recipe

RECIPE = Recipe(
    name="digits-mlp",
    summary="Handwritten digits with an MLP",
    dataset="digits",
    task="image-classification",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (64, 32),
        "activation": "relu",
        "dropout": 0.1,
        "l2": 1e-5,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "batch_size": 32,
        "epochs": 30,
    },
    space=CLASSIFICATION_SPACE,
    metric="val_accuracy",
    direction="maximize",
    source="Structure of source 000's example network",
    tiny={"epochs": 2},
    fits_in="2 s a training on one core",
)
