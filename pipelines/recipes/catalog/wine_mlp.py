"""Three growers of wine told apart by 13 measurements (178 wines, scikit-learn).

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        accuracy 1 ± 0; logistic regression 1
    test        crossentropy 0.005835 ± 0.0084; logistic regression 0.01833
    test        balanced_accuracy 1 ± 0; logistic regression 1
    source      Neural network assignments (source 001), Loss functions, Q2, several classes on real
                data
    seeds       0, 1, 2
    time        about 6 s each on 1 core, AMD EPYC
    command     cookbook train wine-mlp --seed 0 --json
    commit      271ab18d14
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="wine-mlp",
    summary="Three growers of wine with an ensemble in one network",
    dataset="wine",
    task="table-classification",
    builder="cookbook.models.tabular:tabular_ensemble",
    defaults={
        "members": 8,
        "widths": (128, 128),
        "embedding": "both",
        "activation": "relu",
        "dropout": 0.1,
        "power": "quantile-normal",
        "optimizer": "adam",
        "learning_rate": 5e-3,
        "schedule": "cosine",
        "batch_size": 64,
        "epochs": 40,
        "patience": 12,
    },
    space=Space(
        {
            "members": Choice([4, 8, 16]),
            "widths": Choice([(64, 64), (128, 128), (256, 256), (128, 128, 128)]),
            "embedding": Choice(["both", "piecewise", "periodic", "none"]),
            "activation": Choice(["relu", "swish"]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "power": Choice(["none", "quantile-normal"]),
            "optimizer": Choice(["adam", "adamw", "rmsprop"]),
            "learning_rate": Float(5e-4, 2e-2, log=True),
            "batch_size": Choice([32, 64, 128]),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source=cite("001", "Loss functions, Q2") + ", several classes on real data",
    tiny={"epochs": 2, "members": 2},
    fits_in="2 s a training on one core",
)
