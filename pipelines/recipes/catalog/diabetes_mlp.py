"""Progress of diabetes after a year from 10 measurements (442 patients, scikit-learn).

Small and noisy: a linear model is hard to beat.

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        rmse 57.97 ± 0.5; gradient boosting 62
    test        mae 46.61 ± 0.78; gradient boosting 47.17
    test        r2 0.4282 ± 0.0098; gradient boosting 0.3462
    source      Neural network assignments (source 001), Loss functions, Q5
    seeds       0, 1, 2
    time        about 6 s each on 1 core, AMD EPYC
    command     cookbook train diabetes-mlp --seed 0 --json
    commit      271ab18d14
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="diabetes-mlp",
    summary="Progress of diabetes with an ensemble in one network",
    dataset="diabetes",
    task="table-regression",
    builder="cookbook.models.tabular:tabular_ensemble",
    defaults={
        "members": 8,
        "widths": (128, 128),
        "embedding": "both",
        "activation": "relu",
        "dropout": 0.1,
        "power": "quantile-normal",
        "loss": "huber",
        "outliers": "none",
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
            # Not "quantile": at 0.5 it is half the absolute error, a scale that Adam does not see;
            # any other quantile is not what the metric measures.
            "loss": Choice(["mean_squared_error", "mean_absolute_error", "huber"]),
            "outliers": Choice(["none", "iqr", "z-score"]),
            "optimizer": Choice(["adam", "adamw", "rmsprop"]),
            "learning_rate": Float(5e-4, 2e-2, log=True),
            "batch_size": Choice([32, 64, 128]),
        }
    ),
    metric="val_mae",
    direction="minimize",
    source=cite("001", "Loss functions, Q5"),
    tiny={"epochs": 2, "members": 2},
    fits_in="2 s a training on one core",
)
