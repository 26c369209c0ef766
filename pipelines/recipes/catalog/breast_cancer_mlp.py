"""Tumours, malignant or benign, from 30 measurements (569 patients, scikit-learn).

Measured by `python -m benchmarks.recipes` on 2026-11-21:

    test        accuracy 0.9529 ± 0; logistic regression 0.9765 ± 0
    test        crossentropy 0.1493 ± 0.018; logistic regression 0.09793 ± 0
    source      Neural network assignments (source 001), Loss functions, Q4, on real data
    seeds       0, 1, 2
    time        about 2 s each on 2 cores, AMD EPYC
    command     cookbook train breast-cancer-mlp --seed 0 --json
    commit      863c4039a6
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from pipelines.sources.documents import cite
from tuning import Choice, Float, Space

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
    space=Space(
        {
            "widths": Choice([(32,), (64,), (64, 32), (128, 64)]),
            "activation": Choice(["relu", "tanh", "elu", "swish"]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "l2": Float(1e-6, 0.01, log=True),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(1e-4, 0.03, log=True),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("001", "Loss functions, Q4") + ", on real data",
    tiny={"epochs": 2},
    fits_in="2 s a training on one core",
)
