"""Prices of houses in California (20,640 blocks), with outliers and missing values.

965 prices are cut off at 500,001 and 207 values are missing; loss and treatment of outliers
are part of the search space.
"""

from __future__ import annotations

from pipelines.recipes._mlp import REGRESSION_SPACE
from pipelines.recipes.recipe import Recipe

RECIPE = Recipe(
    name="california-mlp",
    summary="House prices in California with an MLP",
    dataset="california-housing",
    task="table-regression",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (128, 64),
        "activation": "relu",
        "dropout": 0.1,
        "l2": 1e-6,
        "loss": "huber",
        "outliers": "iqr",
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "batch_size": 64,
        "epochs": 30,
    },
    space=REGRESSION_SPACE,
    metric="val_mae",
    direction="minimize",
    source="Source 001, Loss functions, Q5: regression with outliers",
    tiny={"epochs": 2},
    fits_in="20 s a training on one core",
)
