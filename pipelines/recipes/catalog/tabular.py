"""Any table of yours: a CSV, TSV or Parquet file with a column to predict.

`cookbook train tabular --data FILE --target COLUMN`. Types of the columns and the kind of task
(classes or numbers) are inferred; `--data-option task=regression` and
`--data-option columns={age: categorical}` override them.

Measured: each run scores a simple method on your data beside it.

    source      The user's own data
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from tuning import Choice, Float, Space

RECIPE = Recipe(
    name="tabular",
    summary="Your own table: classification or regression with an MLP",
    dataset="tabular-file",
    task="table-{task}",
    builder="cookbook.models.dense:mlp",
    defaults={
        "widths": (64, 32),
        "activation": "relu",
        "batch_norm": False,
        "dropout": 0.1,
        "l2": 1e-5,
        "outliers": "none",
        "optimizer": "adam",
        "learning_rate": 2e-3,
        "batch_size": 32,
        "epochs": 30,
    },
    space=Space(
        {
            "widths": Choice([(32,), (64, 32), (128, 64), (256, 128)]),
            "activation": Choice(["relu", "tanh", "elu", "swish"]),
            "batch_norm": Choice([False, True]),
            "dropout": Float(0.0, 0.5, step=0.1),
            "l2": Float(1e-6, 1e-2, log=True),
            "outliers": Choice(["none", "iqr", "z-score"]),
            "optimizer": Choice(["adam", "rmsprop", "nesterov"]),
            "learning_rate": Float(1e-4, 3e-2, log=True),
            "batch_size": Choice([16, 32, 64, 128]),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source="The user's own data",
    tiny={"epochs": 2},
    fits_in="seconds for thousands of rows",
)
