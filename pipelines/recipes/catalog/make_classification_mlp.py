"""Generated rows of scikit-learn's `make_classification`, as in the assignments.

The assignments report an accuracy of 0.865 on their 200 test rows, without a validation
split to choose the model on.

Measured by `python -m benchmarks.recipes` on 2026-11-21:

    test        accuracy 0.8578 ± 0.021; gradient boosting 0.92 ± 0
    test        crossentropy 0.3478 ± 0.027; gradient boosting 0.187 ± 0
    source      Neural network assignments (source 001), Loss functions, Q4: 0.865 accuracy
    seeds       0, 1, 2
    time        about 2 s each on 2 cores, AMD EPYC
    command     cookbook train make-classification-mlp --seed 0 --json
    commit      863c4039a6
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from pipelines.sources.documents import cite
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="make-classification-mlp",
    summary="A generated two-class problem with an MLP",
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
            "l2": Float(1e-6, 0.01, log=True),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(1e-4, 0.03, log=True),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_accuracy",
    direction="maximize",
    source=cite("001", "Loss functions, Q4", reports="0.865 accuracy"),
    tiny={"epochs": 2},
    fits_in="2 s a training on one core",
)
