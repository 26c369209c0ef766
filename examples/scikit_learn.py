"""Tunes scikit-learn estimators on the handwritten digits with cross-validation.

The searches are those of source 000, section 3 (a support vector machine by grid, a random
forest by Optuna), its boosted ensembles and ridge regression, as jobs of this project:

    cookbook tune examples/svc.yaml
    cookbook tune examples/random_forest.yaml
    cookbook tune examples/adaboost.yaml
    cookbook tune examples/gradient_boosting.yaml
    cookbook tune examples/xgboost.yaml
    cookbook tune examples/ridge.yaml

`python -m examples.scikit_learn` does the first from Python, and looks at the test rows once.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from sklearn.datasets import load_diabetes, load_digits
from sklearn.ensemble import (
    AdaBoostClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import tuning

FOLDS = {
    "svc": 5,
    "random_forest": 3,
    "adaboost": 3,
    "gradient_boosting": 3,
    "xgboost": 3,
    "ridge": 5,
}
SVC_SPACE = {"C": {"choice": [0.1, 1, 10]}, "kernel": {"choice": ["linear", "rbf"]}}

Rows = tuple[np.ndarray, np.ndarray]


@functools.lru_cache(maxsize=1)
def digits() -> tuple[Rows, Rows]:
    """The rows that are searched on and the test rows: pixels `[n, 64]` in [0, 1], digits `[n]`."""
    x, y = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(
        x / 16, y, test_size=0.2, random_state=0, stratify=y
    )  # fmt: skip
    return (x, y), (x_test, y_test)


def fold_accuracy(estimator: Any, fold: int, folds: int) -> dict[str, float]:
    """Fits an estimator on all folds but one and scores it on that one.

    Args:
        estimator: A classifier of scikit-learn.
        fold: Which fold is held out, from 0.
        folds: Number of folds.

    Returns:
        `accuracy`, in [0, 1].
    """
    x, y = digits()[0]
    splits = StratifiedKFold(folds, shuffle=True, random_state=0).split(x, y)
    train, held_out = list(splits)[fold]
    return {"accuracy": estimator.fit(x[train], y[train]).score(x[held_out], y[held_out])}


def svc(params: dict[str, Any], context: tuning.Context) -> dict[str, float]:
    """One fold of a support vector machine; `folds: 5` in the job calls it for each fold."""
    return fold_accuracy(SVC(**params), context.fold or 0, FOLDS["svc"])


def random_forest(params: dict[str, Any], context: tuning.Context) -> dict[str, float]:
    """One fold of a random forest, seeded like its trial."""
    forest = RandomForestClassifier(**params, random_state=context.seed)
    return fold_accuracy(forest, context.fold or 0, FOLDS["random_forest"])


def adaboost(params: dict[str, Any], context: tuning.Context) -> dict[str, float]:
    """One fold of AdaBoost (Freund and Schapire 1997) on trees of `max_depth`, 1 for stumps."""
    tree = DecisionTreeClassifier(max_depth=params["max_depth"])
    ensemble = AdaBoostClassifier(
        tree,
        n_estimators=params["n_estimators"],
        learning_rate=params["learning_rate"],
        random_state=context.seed,
    )
    return fold_accuracy(ensemble, context.fold or 0, FOLDS["adaboost"])


def gradient_boosting(params: dict[str, Any], context: tuning.Context) -> dict[str, float]:
    """One fold of gradient boosting on histograms (Friedman 2001; Ke et al. 2017)."""
    ensemble = HistGradientBoostingClassifier(**params, random_state=context.seed)
    return fold_accuracy(ensemble, context.fold or 0, FOLDS["gradient_boosting"])


def xgboost(params: dict[str, Any], context: tuning.Context) -> dict[str, float]:
    """One fold of XGBoost (Chen and Guestrin 2016), an extra: `keras-cookbook[boosting]`."""
    from xgboost import XGBClassifier

    ensemble = XGBClassifier(**params, random_state=context.seed, n_jobs=1)
    return fold_accuracy(ensemble, context.fold or 0, FOLDS["xgboost"])


def ridge(params: dict[str, Any], context: tuning.Context) -> dict[str, float]:
    """One fold of ridge regression on the diabetes rows (Hoerl and Kennard 1970): `r2`."""
    x, y = load_diabetes(return_X_y=True)
    splits = KFold(FOLDS["ridge"], shuffle=True, random_state=0).split(x)
    train, held_out = list(splits)[context.fold or 0]
    return {"r2": Ridge(**params).fit(x[train], y[train]).score(x[held_out], y[held_out])}


def main(root: str = "mlruns") -> tuple[dict[str, Any], float]:
    """Searches the support vector machine, fits the winner and tests it once.

    Args:
        root: Folder of the embedded store.

    Returns:
        The winner's hyperparameters and its test accuracy.
    """
    folds = FOLDS["svc"]
    found = tuning.search(
        tuning.cross_validated("examples.scikit_learn:svc", folds),
        tuning.Space(SVC_SPACE),
        tuning.SearchSettings(
            study="svc-from-python",
            strategy="grid",
            pruner="none",
            budget=folds,
            metrics=(("accuracy", "maximize"),),
            root=root,
        ),
    )
    (x, y), test = digits()
    winner = found.best_params or {}
    return winner, float(SVC(**winner).fit(x, y).score(*test))


if __name__ == "__main__":
    params, accuracy = main()
    print(f"best {params}, test accuracy {accuracy:.4f}")
