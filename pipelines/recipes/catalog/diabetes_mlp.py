"""Progress of diabetes after a year from 10 measurements (442 patients, scikit-learn).

Small and noisy: a linear model is hard to beat, which the comparison in each run shows.
"""

from __future__ import annotations

from pipelines.recipes.families.mlp import REGRESSION_SPACE
from pipelines.recipes.recipe import Recipe

RECIPE = Recipe(
    name="diabetes-mlp",
    summary="Progress of diabetes with an MLP",
    dataset="diabetes",
    task="table-regression",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (32,),
        "activation": "relu",
        "dropout": 0.1,
        "l2": 1e-3,
        "loss": "huber",
        "outliers": "none",
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "batch_size": 32,
        "epochs": 40,
    },
    space=REGRESSION_SPACE,
    metric="val_mae",
    direction="minimize",
    source="Source 001, Loss functions, Q5: regression with outliers",
    tiny={"epochs": 2},
    fits_in="2 s a training on one core",
)
