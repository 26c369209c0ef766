"""Any table of yours: a CSV, TSV or Parquet file with a column to predict.

`cookbook train tabular --data FILE --target COLUMN`. Types of the columns and the kind of task
(classes or numbers) are inferred; `--data-option task=regression` and
`--data-option columns={age: categorical}` override them.

The network is an ensemble in one (TabM) behind embeddings of the numbers; docs/tables.md sets it
beside gradient boosting. `--set members=1 --set embedding=none --set power=none` makes it a plain
perceptron.

Measured: each run scores a simple method on your data beside it.

    source      The user's own data
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="tabular",
    summary="Your own table: classification or regression with an ensemble in one network",
    dataset="tabular-file",
    task="table-{task}",
    builder="cookbook.models.tabular:tabular_ensemble",
    defaults={
        "members": 8,
        "widths": (128, 128),
        "embedding": "both",
        "activation": "relu",
        "batch_norm": False,
        "dropout": 0.1,
        "l2": 0.0,
        "power": "quantile-normal",
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
            "l2": Choice([0.0, 1e-6, 1e-5, 1e-4]),
            "power": Choice(["none", "quantile-normal"]),
            "optimizer": Choice(["adam", "adamw", "rmsprop"]),
            "learning_rate": Float(5e-4, 2e-2, log=True),
            "batch_size": Choice([32, 64, 128, 256]),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source="The user's own data",
    tiny={"epochs": 2, "members": 2},
    fits_in="five seconds for thousands of rows on one core",
)
