"""Any table of yours: a CSV, TSV or Parquet file with a column to predict.

`cookbook train tabular --data FILE --target COLUMN`. Types of the columns and the kind of task
(classes or numbers) are inferred; `--data-option task=regression` and
`--data-option columns={age: categorical}` override them.

The network is an ensemble in one (TabM) behind embeddings of the numbers; docs/tables.md sets it
beside gradient boosting. `--set members=1 --set embedding=none` makes it a plain perceptron.

Measured: each run scores a simple method on your data beside it.

    source      The user's own data
"""

from __future__ import annotations

from pipelines.recipes.recipe import Recipe
from pipelines.recipes.table_training import (
    ENSEMBLE,
    NETWORK_SPACE,
    OPTIMIZER_SPACE,
    POWER_SPACE,
    TINY,
)
from tuning import Choice, Space

RECIPE = Recipe(
    name="tabular",
    summary="Your own table: classification or regression with an ensemble in one network",
    dataset="tabular-file",
    task="table-{task}",
    builder="cookbook.models.tabular:tabular_ensemble",
    defaults={**ENSEMBLE, "batch_norm": False, "l2": 0.0, "outliers": "none", "patience": 12},
    space=Space(
        {
            **NETWORK_SPACE,
            "l2": Choice([0.0, 1e-6, 1e-5, 1e-4]),
            **POWER_SPACE,
            **OPTIMIZER_SPACE,
            "batch_size": Choice([32, 64, 128, 256]),
        }
    ),
    metric="val_loss",
    direction="minimize",
    source="The user's own data",
    tiny=dict(TINY),
    fits_in="five seconds for thousands of rows on one core",
)
