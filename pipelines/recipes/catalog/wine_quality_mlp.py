"""The grade of 1,599 red wines, 3 to 8, from 11 measurements (Cortez et al. 2009).

Grades are numbers here, as the tasters meant them. 240 rows repeat another one and stay in its
split. The file is read from the data folder: `cookbook data get wine-quality` fetches it (0.1 MB).

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        rmse 0.6432 ± 0.018; gradient boosting 0.6592
    test        mae 0.4896 ± 0.0083; gradient boosting 0.5007
    test        r2 0.322 ± 0.037; gradient boosting 0.288
    source      Cortez et al. 2009
    seeds       0, 1, 2
    time        about 7 s each on 1 core, AMD EPYC
    command     cookbook train wine-quality-mlp --seed 0 --json
    commit      271ab18d14
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="wine-quality-mlp",
    summary="Grades of red wine with an ensemble in one network",
    dataset="wine-quality",
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
            "loss": Choice(["mean_squared_error", "mean_absolute_error", "huber"]),
            "optimizer": Choice(["adam", "adamw", "rmsprop"]),
            "learning_rate": Float(5e-4, 2e-2, log=True),
            "batch_size": Choice([32, 64, 128]),
        }
    ),
    metric="val_mae",
    direction="minimize",
    source="Cortez et al. 2009",
    tiny={"epochs": 2, "members": 2},
    fits_in="10 s a training on one core",
)
