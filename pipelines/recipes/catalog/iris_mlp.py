"""Three species of iris told apart by four measurements (150 flowers, scikit-learn).

The oldest table of the field (Fisher 1936): 22 flowers are tested, so one of them is 4.5 %. Two of
the species overlap, and a linear method is hard to beat.

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        accuracy 1 ± 0; logistic regression 0.9545
    test        crossentropy 0.04947 ± 0.0075; logistic regression 0.1395
    test        balanced_accuracy 1 ± 0; logistic regression 0.9524
    source      Fisher 1936, the table of scikit-learn
    seeds       0, 1, 2
    time        about 6 s each on 1 core, AMD EPYC
    command     cookbook train iris-mlp --seed 0 --json
    commit      271ab18d14
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
