"""Three growers of wine told apart by 13 measurements (178 wines, scikit-learn).

Measured by `python -m benchmarks.recipes` on 2026-12-01:

    test        accuracy 1 ± 0; logistic regression 1
    test        crossentropy 0.005835 ± 0.0084; logistic regression 0.01833
    test        balanced_accuracy 1 ± 0; logistic regression 1
    source      Neural network assignments (source 001), Loss functions, Q2, several classes on real
                data
    seeds       0, 1, 2
    time        about 6 s each on 1 core, AMD EPYC
    command     cookbook train wine-mlp --seed 0 --json
    commit      271ab18d14
"""

from __future__ import annotations

from cookbook._sources import cite
from pipelines.recipes.recipe import Recipe
from pipelines.recipes.table_training import ENSEMBLE, SPACE, TINY

RECIPE = Recipe(
    name="wine-mlp",
    summary="Three growers of wine with an ensemble in one network",
    dataset="wine",
    task="table-classification",
    builder="cookbook.models.tabular:tabular_ensemble",
    defaults={**ENSEMBLE, "patience": 12},
    space=SPACE,
    metric="val_loss",
    direction="minimize",
    source=cite("001", "Loss functions, Q2") + ", several classes on real data",
    tiny=dict(TINY),
    fits_in="2 s a training on one core",
)
