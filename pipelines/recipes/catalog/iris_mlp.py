"""Three species of iris told apart by four measurements (150 flowers, scikit-learn).

The oldest table of the field (Fisher 1936): 30 flowers are tested, so one of them is 3.3 %. Two of
the species overlap, and a linear method is hard to beat.
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="iris-mlp",
    summary="Three species of iris with a small MLP",
    dataset="iris",
    task="table-classification",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (16, 16),
        "activation": "tanh",
        "dropout": 0.0,
        "l2": 1e-3,
        "optimizer": "adam",
        "learning_rate": 1e-2,
        "batch_size": 16,
        "epochs": 60,
    },
    space=Space(
        {
            "widths": Choice([(8,), (16, 16), (32, 32)]),
            "activation": Choice(["tanh", "relu", "swish"]),
            "l2": Float(1e-5, 1e-1, log=True),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(1e-3, 1e-1, log=True),
            "batch_size": Choice([8, 16, 32]),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source="Fisher 1936, the table of scikit-learn",
    tiny={"epochs": 2},
    fits_in="3 s a training on one core",
)
