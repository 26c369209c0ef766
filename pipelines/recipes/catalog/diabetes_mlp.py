"""Progress of diabetes after a year from 10 measurements (442 patients, scikit-learn).

Small and noisy: a linear model is hard to beat, which the comparison in each run shows.

Measured by `python -m benchmarks.recipes` on 2026-11-21:

    test        rmse 60.07 ± 1.4; gradient boosting 62.05 ± 0
    test        mae 47.8 ± 1.1; gradient boosting 47.21 ± 0
    test        r2 0.386 ± 0.029; gradient boosting 0.3449 ± 0
    source      Neural network assignments (source 001), Loss functions, Q5
    seeds       0, 1, 2
    time        about 3 s each on 2 cores, AMD EPYC
    command     cookbook train diabetes-mlp --seed 0 --json
    commit      863c4039a6
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from pipelines.sources.documents import cite
from tuning import Choice, Float, Space

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
    space=Space(
        {
            "widths": Choice([(32,), (64,), (64, 32), (128, 64)]),
            "activation": Choice(["relu", "tanh", "elu", "swish"]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "l2": Float(1e-6, 0.01, log=True),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(1e-4, 0.03, log=True),
            # Not "quantile": at 0.5 it is half the absolute error, a scale that Adam and RMSprop do
            # not see; any other quantile is not what the metric measures.
            "loss": Choice(["mean_squared_error", "mean_absolute_error", "huber"]),
            "outliers": Choice(["none", "iqr", "z-score"]),
            "batch_size": Choice([16, 32, 64]),
        }
    ),
    metric="val_mae",
    direction="minimize",
    source=cite("001", "Loss functions, Q5"),
    tiny={"epochs": 2},
    fits_in="2 s a training on one core",
)
