"""Methods that learn a table, by default with their defaults; each is trained and asked once."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from benchmarks._public_tables import PublicTable

OURS = "tabular"
PEER = "gradient boosting"
PLAIN = "plain network"
# Our network stops by rows that it does not train on; the others train on all.
VALIDATION = 0.15
Rows = np.ndarray
# Table, rows to train on, rows to predict, seed; hyperparameters by keyword.
Method = Callable[..., np.ndarray]


def ours(table: PublicTable, train: Rows, test: Rows, seed: int) -> np.ndarray:
    """The recipe `tabular` with its defaults."""
    return _recipe(table, train, test, seed, {})


def plain_network(table: PublicTable, train: Rows, test: Rows, seed: int) -> np.ndarray:
    """One multi-layer perceptron without embeddings: the defaults that the recipe had before."""
    before = {"members": 1, "embedding": "none", "power": "none", "widths": (64, 32), "l2": 1e-5}
    training = {"learning_rate": 2e-3, "schedule": "constant", "batch_size": 32, "epochs": 30}
    return _recipe(table, train, test, seed, {**before, **training, "dropout": 0.1})


def _recipe(
    table: PublicTable, train: Rows, test: Rows, seed: int, params: Mapping[str, Any]
) -> np.ndarray:
    import keras

    from pipelines.datasets.containers import Dataset, SealedSplit, Split
    from pipelines.recipes.registry import load_recipe
    from pipelines.training.experiment import Experiment

    fitted, held = without_validation(table, train, seed)
    parts = [Split(table.x.iloc[rows], target_of(table)[rows]) for rows in (fitted, held, test)]
    dataset = Dataset(
        name="table",
        modality="tabular",
        task="classification" if table.classes else "regression",
        train=parts[0],
        validation=parts[1],
        test=SealedSplit(parts[2]),
        classes=tuple(str(number) for number in range(table.classes)) or None,
        fingerprint="",
    )
    keras.utils.clear_session()
    experiment = Experiment(load_recipe("tabular"), params, dataset, seed=seed)
    model, _ = experiment.train()
    found = experiment.task.predict(model, parts[2].x)
    return probabilities(found) if table.classes else found


def without_validation(
    table: PublicTable, train: Rows, seed: int, *, share: float = VALIDATION
) -> tuple[Rows, Rows]:
    """Training rows without some for validation, and these.

    Args:
        table: The table.
        train: Rows to divide.
        seed: Which are held out.
        share: How many of them, in (0, 1).
    """
    from sklearn.model_selection import train_test_split

    labels = table.y[train] if table.classes else None
    parts = train_test_split(train, test_size=share, random_state=seed, stratify=labels)
    return parts[0], parts[1]


def target_of(table: PublicTable) -> np.ndarray:
    """The target as our datasets hold it."""
    return table.y if table.classes else table.y.astype("float32")


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Of each class, in double precision.

    Args:
        logits: `float[rows, classes]`.
    """
    from scipy.special import softmax

    return np.asarray(softmax(logits.astype("float64"), axis=1))


def gradient_boosting(
    table: PublicTable, train: Rows, test: Rows, seed: int, **params: Any
) -> np.ndarray:
    """scikit-learn's histogram gradient boosting; texts are categories of its own kind."""
    from sklearn import ensemble

    kind = "Classifier" if table.classes else "Regressor"
    make = getattr(ensemble, f"HistGradientBoosting{kind}")
    return _fit(make(random_state=seed, **params), _categories(table.x), table, train, test)


def lightgbm(table: PublicTable, train: Rows, test: Rows, seed: int, **params: Any) -> np.ndarray:
    """LightGBM; texts are categories of its own kind."""
    import lightgbm as package

    make = package.LGBMClassifier if table.classes else package.LGBMRegressor
    model = make(random_state=seed, verbosity=-1, n_jobs=1, **params)
    x = _categories(table.x).rename(columns=lambda name: "".join(filter(str.isalnum, name)))
    return _fit(model, x, table, train, test)


def random_forest(
    table: PublicTable, train: Rows, test: Rows, seed: int, **params: Any
) -> np.ndarray:
    """A random forest of 100 trees on filled, one-hot columns."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    make = RandomForestClassifier if table.classes else RandomForestRegressor
    return _fit(make(random_state=seed, **params), _matrix(table, train), table, train, test)


def linear(
    table: PublicTable, train: Rows, test: Rows, seed: int, *, inverse: float | None = None
) -> np.ndarray:
    """Ridge or logistic regression on filled, standardised, one-hot columns.

    Args:
        table: The table.
        train: Rows to train on.
        test: Rows to predict.
        seed: Of the solver.
        inverse: One over the penalty; `None` takes 1, and for numbers what ridge finds by itself.
    """
    from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV

    model: Any = RidgeCV(np.logspace(-2, 3, 11)) if inverse is None else Ridge(1 / inverse)
    if table.classes:
        model = LogisticRegression(C=inverse or 1.0, max_iter=2000, random_state=seed)
    return _fit(model, _matrix(table, train), table, train, test)


def _fit(model: Any, x: Any, table: PublicTable, train: Rows, test: Rows) -> np.ndarray:
    take = x.iloc.__getitem__ if hasattr(x, "iloc") else x.__getitem__
    model.fit(take(train), table.y[train])
    predict = model.predict_proba if table.classes else model.predict
    return np.asarray(predict(take(test)), "float64")


def _categories(x: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in x.columns if x[name].dtype == object]
    return x.astype(dict.fromkeys(texts, "category"))


def _matrix(table: PublicTable, train: Rows) -> np.ndarray:
    from pipelines.preprocessing import TabularPreprocessor

    rows = TabularPreprocessor(drop_constant=True).fit(table.x.iloc[train])
    return np.asarray(rows.transform(table.x))


METHODS: Mapping[str, Method] = {
    OURS: ours,
    PEER: gradient_boosting,
    "LightGBM": lightgbm,
    "random forest": random_forest,
    "linear": linear,
    PLAIN: plain_network,
}
"""Every method by name; ours first."""


def available(name: str) -> bool:
    """Whether the package of a method is installed.

    Args:
        name: A key of `METHODS`.
    """
    return name != "LightGBM" or importlib.util.find_spec("lightgbm") is not None
