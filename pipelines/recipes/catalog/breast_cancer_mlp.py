"""Tumours, malignant or benign, from 30 measurements (569 patients, scikit-learn)."""

from __future__ import annotations

from pipelines.recipes.families.mlp import CLASSIFICATION_SPACE
from pipelines.recipes.recipe import Recipe

RECIPE = Recipe(
    name="breast-cancer-mlp",
    summary="Malignant or benign tumours with an MLP",
    dataset="breast-cancer",
    task="table-classification",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (32,),
        "activation": "relu",
        "dropout": 0.2,
        "l2": 1e-4,
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "batch_size": 32,
        "epochs": 40,
    },
    space=CLASSIFICATION_SPACE,
    metric="val_accuracy",
    direction="maximize",
    source="Source 001, binary classification (Loss functions, Q4), on real data",
    tiny={"epochs": 2},
    fits_in="2 s a training on one core",
)
