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
from pipelines.recipes.table_training import ENSEMBLE, REGRESSION_SPACE, TINY

RECIPE = Recipe(
    name="diabetes-mlp",
    summary="Progress of diabetes with an ensemble in one network",
    dataset="diabetes",
    task="table-regression",
    builder="cookbook.models.tabular:tabular_ensemble",
    defaults={**ENSEMBLE, "loss": "huber", "outliers": "none", "patience": 12},
    space=REGRESSION_SPACE,
    metric="val_mae",
    direction="minimize",
    source=cite("001", "Loss functions, Q5"),
    tiny=dict(TINY),
    fits_in="2 s a training on one core",
)
