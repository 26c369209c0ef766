"""Prices of houses in California (20,640 blocks), with outliers and missing values.

965 prices are cut off at 500,001 and 207 values are missing; loss and treatment of outliers
are part of the search space.
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

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
    space=Space(
        {
            "widths": Choice([(32,), (64,), (64, 32), (128, 64)]),
            "activation": Choice(["relu", "tanh", "elu", "swish"]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "l2": Float(1e-6, 1e-2, log=True),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(1e-4, 3e-2, log=True),
            "loss": Choice(["mean_squared_error", "mean_absolute_error", "huber"]),
            "outliers": Choice(["none", "iqr", "z-score"]),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_mae",
    direction="minimize",
    source="Source 001, Loss functions, Q5: regression with outliers",
    tiny={"epochs": 2},
    fits_in="20 s a training on one core",
)
