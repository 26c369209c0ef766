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
from pipelines.recipes.table_training import (
    ENSEMBLE,
    LOSS_SPACE,
    NETWORK_SPACE,
    OPTIMIZER_SPACE,
    POWER_SPACE,
    TINY,
)
from tuning import Space

RECIPE = Recipe(
    name="wine-quality-mlp",
    summary="Grades of red wine with an ensemble in one network",
    dataset="wine-quality",
    task="table-regression",
    builder="cookbook.models.tabular:tabular_ensemble",
    defaults={**ENSEMBLE, "loss": "huber", "outliers": "none", "patience": 12},
    space=Space({**NETWORK_SPACE, **POWER_SPACE, **LOSS_SPACE, **OPTIMIZER_SPACE}),
    metric="val_mae",
    direction="minimize",
    source="Cortez et al. 2009",
    tiny=dict(TINY),
    fits_in="10 s a training on one core",
)
