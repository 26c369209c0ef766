"""Prices of houses in California (20,640 blocks), with outliers and missing values.

965 prices are cut off at 500,001 and 207 values are missing; loss and treatment of outliers
are part of the search space. The defaults are the winner, on the validation split, of two searches
of 40 trials (`cookbook tune`) and of three seeds of their two best.
"""

from __future__ import annotations

from pipelines.recipes.families.mlp import REGRESSION_SPACE
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="california-mlp",
    summary="House prices in California with an MLP",
    dataset="california-housing",
    task="table-regression",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (256, 256, 128),
        "activation": "relu",
        "batch_norm": True,
        "dropout": 0.0,
        "l2": 8e-6,
        "loss": "mean_absolute_error",
        "outliers": "none",
        "optimizer": "adam",
        "learning_rate": 1e-2,
        "schedule": "cosine",
        "batch_size": 128,
        "epochs": 60,
    },
    # Thousands of rows bear wide networks and large batches; normalization pays there too.
    space=Space(
        {
            **REGRESSION_SPACE.dimensions,
            "widths": Choice([(128, 64), (256, 128), (256, 256, 128), (512, 256, 128)]),
            "batch_norm": Choice([True, False]),
            "dropout": Float(0.0, 0.3, step=0.1),
            "learning_rate": Float(5e-4, 3e-2, log=True),
            "schedule": Choice(["constant", "cosine"]),
            "batch_size": Choice([64, 128, 256]),
        }
    ),
    metric="val_mae",
    direction="minimize",
    source="Source 001, Loss functions, Q5: regression with outliers",
    tiny={"epochs": 2},
    fits_in="20 s a training on one core",
)
