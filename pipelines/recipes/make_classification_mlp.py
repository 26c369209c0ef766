"""Generated rows of scikit-learn's `make_classification`, as in source 001.

The source reports an accuracy of 0.865 on its 200 test rows, chosen without a validation
split.
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="make-classification-mlp",
    summary="Source 001's generated two-class problem with an MLP",
    dataset="make-classification",
    task="table-classification",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (64, 32),
        "activation": "relu",
        "dropout": 0.0,
        "l2": 1e-5,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "batch_size": 32,
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
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source="Source 001, Loss functions, Q4: 0.865",
    tiny={"epochs": 2},
    fits_in="2 s a training on one core",
)
