"""scikit-learn's classifiers to compare with, chosen on the validation rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cookbook._names import unknown_name

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin


def _logistic_regression(seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, random_state=seed))


def _random_forest(seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, random_state=seed)


def _gradient_boosting(seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=100, random_state=seed)


CLASSIFIERS: Mapping[str, Callable[[int], Any]] = {
    "logistic regression": _logistic_regression,
    "random forest": _random_forest,
    "gradient boosting": _gradient_boosting,
}


def make_classifier(name: str, *, seed: int = 0) -> ClassifierMixin:
    """Makes an untrained classifier with scikit-learn's defaults.

    They are the simple methods and ensembles of the assignments on tuning (source 000).

    Args:
        name: A key of `CLASSIFIERS`.
        seed: Of what is random in it.

    Returns:
        One of scikit-learn's classifiers.

    Raises:
        ValueError: If the name is unknown.

    Example:
        >>> forest = make_classifier("random forest")
        >>> forest.fit([[0.0], [1.0]] * 5, ["no", "yes"] * 5).predict([[0.9]]).tolist()
        ['yes']
    """
    if name not in CLASSIFIERS:
        raise ValueError(unknown_name("classifier", name, CLASSIFIERS))
    made: ClassifierMixin = CLASSIFIERS[name](seed)
    return made


def best_classifier(
    train: tuple[Any, Any], validation: tuple[Any, Any], *, seed: int = 0
) -> tuple[str, ClassifierMixin]:
    """Trains every classifier and picks the one with the best validation accuracy.

    Args:
        train: `(x, y)`, `x` as `float[rows, features]`.
        validation: `(x, y)` that the choice is made on.
        seed: Of what is random.

    Returns:
        Name and trained classifier; of equals the first.
    """
    trained = {name: make_classifier(name, seed=seed).fit(*train) for name in CLASSIFIERS}
    x, y = validation
    accuracy = {name: float(np.mean(model.predict(x) == y)) for name, model in trained.items()}
    best = max(accuracy, key=lambda name: accuracy[name])
    return best, trained[best]
