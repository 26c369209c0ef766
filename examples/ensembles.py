"""Bagging, voting and boosting with recipes: scikit-learn's ensembles on the digits.

`python -m examples.ensembles` trains them on 1,437 rows and prints accuracies on the other 360;
see source 000, ensembles.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.tree import DecisionTreeClassifier

from examples.scikit_learn import digits
from pipelines.estimators import RecipeClassifier


def ensembles(epochs: int = 15) -> dict[str, Any]:
    """Untrained ensembles by name, and the network that three of them are made of.

    XGBoost and LightGBM are there where they are installed (`keras-cookbook[boosting]`).

    Args:
        epochs: Of every network.
    """
    table = RecipeClassifier("tabular", params={"members": 1, "epochs": epochs})
    forest = RandomForestClassifier(random_state=0)
    found = {
        "network": table,
        "bagging of networks": BaggingClassifier(table, n_estimators=5, random_state=0),
        "soft voting": VotingClassifier([("network", table), ("forest", forest)], voting="soft"),
        "AdaBoost": AdaBoostClassifier(DecisionTreeClassifier(max_depth=5), random_state=0),
        "AdaBoost of networks": AdaBoostClassifier(table, n_estimators=3, random_state=0),
        "gradient boosting": HistGradientBoostingClassifier(random_state=0),
    }
    if importlib.util.find_spec("xgboost"):
        from xgboost import XGBClassifier

        found["XGBoost"] = XGBClassifier(random_state=0)
    if importlib.util.find_spec("lightgbm"):
        from lightgbm import LGBMClassifier

        found["LightGBM"] = LGBMClassifier(random_state=0, verbose=-1)
    return found


if __name__ == "__main__":
    (x, y), (x_test, y_test) = digits()
    for name, ensemble in ensembles().items():
        print(f"{name}: {ensemble.fit(x, y).score(x_test, y_test):.3f}")
