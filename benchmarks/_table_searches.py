"""Methods that learn a table, each searched on validation rows of its training rows, then refitted.

The peers are searched by Optuna's TPE in ranges that others have published, led by the metric that
ranks the table; ours by `pipelines.tune` in the space of the recipe, led by its validation loss.
All of them see the same validation rows and start with their defaults.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks._table_methods import (
    METHODS,
    OURS,
    PEER,
    Rows,
    probabilities,
    without_validation,
)
from benchmarks._table_scores import scores

if TYPE_CHECKING:
    import optuna
    import pandas as pd

    from benchmarks._public_tables import PublicTable

# More than a single training keeps: the best of many trials on few rows is luck.
VALIDATION = 0.25
TARGET, SPLIT = "target of the table", "split of the row"


@dataclass(frozen=True, kw_only=True)
class PeerSearch:
    """How a peer is searched.

    Attributes:
        space: Draws hyperparameters.
        first: Its defaults, a point of that space.
        refit: What only the refit gets, because it costs time and does no harm.
    """

    space: Callable[[optuna.Trial], dict[str, Any]]
    first: Mapping[str, Any]
    refit: Mapping[str, Any] = field(default_factory=dict)


def _gradient_boosting(trial: optuna.Trial) -> dict[str, Any]:
    """The ranges of auto-sklearn (Feurer et al. 2022, arXiv:2007.04074)."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 1.0, log=True),
        "max_iter": trial.suggest_int("max_iter", 16, 512, log=True),
        "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 3, 2047, log=True),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 1, 200, log=True),
        "l2_regularization": trial.suggest_float("l2_regularization", 1e-10, 1.0, log=True),
    }


def _lightgbm(trial: optuna.Trial) -> dict[str, Any]:
    """The ranges of TabRepo (Salinas and Erickson 2024, arXiv:2311.02971), and rounds."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 5e-3, 0.1, log=True),
        "n_estimators": trial.suggest_int("n_estimators", 20, 1000, log=True),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.4, 1.0),
        "min_child_samples": trial.suggest_int("min_child_samples", 2, 60),
        "num_leaves": trial.suggest_int("num_leaves", 16, 128),
        "extra_trees": trial.suggest_categorical("extra_trees", [False, True]),
    }


def _random_forest(trial: optuna.Trial) -> dict[str, Any]:
    """The ranges of TabRepo; its largest numbers of leaves are beyond tables this small."""
    leaves = [1, 2, 3, 4, 5, 10, 20, 40, 80]
    return {
        "max_features": trial.suggest_categorical("max_features", [1.0, 0.75, 0.5, "sqrt", "log2"]),
        "min_samples_leaf": trial.suggest_categorical("min_samples_leaf", leaves),
    }


def _linear(trial: optuna.Trial) -> dict[str, Any]:
    return {"inverse": trial.suggest_float("inverse", 1e-3, 1e3, log=True)}


PEERS: Mapping[str, PeerSearch] = {
    PEER: PeerSearch(
        space=_gradient_boosting,
        first={
            "learning_rate": 0.1,
            "max_iter": 100,
            "max_leaf_nodes": 31,
            "min_samples_leaf": 20,
            "l2_regularization": 1e-10,
        },
    ),
    "LightGBM": PeerSearch(
        space=_lightgbm,
        first={
            "learning_rate": 0.1,
            "n_estimators": 100,
            "colsample_bytree": 1.0,
            "min_child_samples": 20,
            "num_leaves": 31,
            "extra_trees": False,
        },
    ),
    "random forest": PeerSearch(
        space=_random_forest,
        first={"max_features": "sqrt", "min_samples_leaf": 1},
        refit={"n_estimators": 300},
    ),
    "linear": PeerSearch(space=_linear, first={"inverse": 1.0}),
}
"""Every peer that can be searched, by name."""


def searched(
    method: str,
    table: PublicTable,
    train: Rows,
    test: Rows,
    seed: int,
    *,
    trials: int,
    average: int = 1,
) -> np.ndarray:
    """Searches a method on some of the training rows, refits it on all and predicts the test rows.

    Args:
        method: `OURS` or a key of `PEERS`.
        table: The table.
        train: Rows to search and refit on.
        test: Rows that are looked at once, at the end.
        seed: Of the validation rows, the search and the trainings.
        trials: How many.
        average: How many of the best ones are refitted; the mean of what they predict counts.

    Returns:
        Probabilities `float64[rows, classes]`, or numbers `float64[rows]`.
    """
    if method == OURS:
        frame = with_splits(table, train, test, seed)
        return _tuned(table, frame, test, seed=seed, trials=trials, average=average)
    found = _search_of_peer(method, table, train, seed, trials)
    refit, predict = PEERS[method].refit, METHODS[method]
    best = [predict(table, train, test, seed, **params, **refit) for params in found[:average]]
    return np.asarray(np.mean(best, axis=0))


def _search_of_peer(
    method: str, table: PublicTable, train: Rows, seed: int, trials: int
) -> list[dict[str, Any]]:
    """Hyperparameters of the trials, the best first; of equal points the first."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    peer, predict = PEERS[method], METHODS[method]
    fitted, held = without_validation(table, train, seed, share=VALIDATION)

    def validated(trial: optuna.Trial) -> float:
        found = predict(table, fitted, held, seed, **peer.space(trial))
        return scores(table.classes, found, table.y[held])[table.metric]

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(_first(peer, table))
    study.optimize(validated, n_trials=trials)
    best: list[dict[str, Any]] = []
    for done in sorted(study.trials, key=lambda done: float(done.values[0])):
        if done.params not in best:
            best.append(done.params)
    return best


def _first(peer: PeerSearch, table: PublicTable) -> dict[str, Any]:
    first = dict(peer.first)
    if "max_features" in first and not table.classes:
        first["max_features"] = 1.0  # scikit-learn's default of a regression
    return first


def _tuned(
    table: PublicTable, frame: pd.DataFrame, test: Rows, *, seed: int, trials: int, average: int
) -> np.ndarray:
    import pipelines
    from pipelines.serving.bundle import Bundle

    kind = "classification" if table.classes else "regression"
    with tempfile.TemporaryDirectory() as root:
        found = pipelines.tune(
            OURS,
            {"path": frame, "split": SPLIT, "task": kind},
            target=TARGET,
            trials=trials,
            average=average,
            seed=seed,
            workers=1,
            root=root,
            tracking=False,
            verbose=False,
        )
        if found.search.stopped_because == "interrupted":
            raise KeyboardInterrupt  # the study is gone with its folder; the kept cells are not
        if not table.classes:
            return found.predict(table.x.iloc[test])["prediction"].to_numpy("float64")
        # `predict` gives the probability of the likeliest class alone.
        bundle = Bundle.load(Path(found.final["model_path"]).parent)
        return probabilities(bundle.outputs(table.x.iloc[test]))


def with_splits(table: PublicTable, train: Rows, test: Rows, seed: int) -> pd.DataFrame:
    """A table as a user has it: with the target and the split of each row as columns.

    Args:
        table: The table.
        train: Rows for training and validation.
        test: Rows that are looked at once.
        seed: Which are for validation.
    """
    split = np.full(len(table.y), "train", dtype=object)
    split[without_validation(table, train, seed, share=VALIDATION)[1]] = "validation"
    split[test] = "test"
    target = table.y.astype(str) if table.classes else table.y
    return table.x.assign(**{TARGET: target, SPLIT: split})
