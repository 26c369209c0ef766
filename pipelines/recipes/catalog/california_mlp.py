"""Prices of houses in California (20,640 blocks), with outliers and missing values.

965 prices are cut off at 500,001 and 207 values are missing; loss and treatment of outliers
are part of the search space. The network and its defaults are those of `tabular`; on the validation
rows they beat the plain perceptron that two searches of 40 trials had found.

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        rmse 4.773e+04 ± 46; gradient boosting 4.848e+04
    test        mae 2.938e+04 ± 1.1e+02; gradient boosting 3.211e+04
    test        r2 0.8258 ± 0.00034; gradient boosting 0.8203
    source      Neural network assignments (source 001), Loss functions, Q5
    seeds       0, 1, 2
    time        about 49 s each on 1 core, AMD EPYC
    command     cookbook train california-mlp --seed 0 --json
    commit      271ab18d14
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.table_training import ENSEMBLE, REGRESSION_SPACE, TINY

RECIPE = Recipe(
    name="california-mlp",
    summary="House prices in California with an ensemble in one network",
    dataset="california-housing",
    task="table-regression",
    builder="cookbook.models.tabular:tabular_ensemble",
    defaults={**ENSEMBLE, "loss": "mean_absolute_error", "outliers": "none", "patience": 12},
    space=REGRESSION_SPACE,
    metric="val_mae",
    direction="minimize",
    source=cite("001", "Loss functions, Q5"),
    tiny=dict(TINY),
    fits_in="30 s a training on one core",
)
