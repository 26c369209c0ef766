"""Three growers of wine told apart by 13 measurements (178 wines, scikit-learn)."""

from __future__ import annotations

from pipelines.recipes.families.mlp import CLASSIFICATION_SPACE
from pipelines.recipes.recipe import Recipe

RECIPE = Recipe(
    name="wine-mlp",
    summary="Three growers of wine with an MLP",
    dataset="wine",
    task="table-classification",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (32,),
        "activation": "relu",
        "dropout": 0.1,
        "l2": 1e-4,
        "optimizer": "adam",
        "learning_rate": 3e-3,
        "batch_size": 16,
        "epochs": 40,
    },
    space=CLASSIFICATION_SPACE,
    metric="val_loss",
    direction="minimize",
    source="Source 001, multi-class classification, on real data",
    tiny={"epochs": 2},
    fits_in="2 s a training on one core",
)
