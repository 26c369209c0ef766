"""The examples run as their documentation says; every job file has a row."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.svm import SVC

from examples import robust_regression, scikit_learn, sequences

pytestmark = [
    pytest.mark.service,
    pytest.mark.usefixtures("ready_mlflow"),
]

EXAMPLES = Path(scikit_learn.__file__).parent
# Job file to the number of trials that the test runs; None for all of them.
JOBS = {
    "adaboost.yaml": 1,
    "gradient_boosting.yaml": 1,
    "random_forest.yaml": 3,
    "ridge.yaml": None,
    "svc.yaml": None,
    "xgboost.yaml": 1,
}


def test_every_job_file_has_a_row():
    assert {path.name for path in EXAMPLES.glob("*.yaml")} == set(JOBS)


def tuned(program_in_place, name):
    trials = () if JOBS[name] is None else ("--trials", JOBS[name], "--pruner", "none")
    done = program_in_place("tune", EXAMPLES / name, "--workers", 1, "--json", *trials)
    assert "A new study" not in done.err
    return json.loads(done.out.strip().splitlines()[-1])


@pytest.mark.exhaustive
def test_a_grid_with_folds_finds_what_grid_search_cv_finds(program_in_place):
    found = tuned(program_in_place, "svc.yaml")
    (x, y), _ = scikit_learn.digits()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    peer = GridSearchCV(SVC(), {"C": [0.1, 1, 10], "kernel": ["linear", "rbf"]}, cv=folds)
    peer.fit(x, y)
    assert found["n_trials"] == 6
    assert found["best_value"] == pytest.approx(peer.best_score_)
    assert found["best_params"] == peer.best_params_


@pytest.mark.exhaustive
def test_a_random_forest_is_scored_like_cross_val_score(program_in_place):
    found = tuned(program_in_place, "random_forest.yaml")
    assert found["n_trials"] == 3
    assert set(found["best_params"]) == {"n_estimators", "max_depth"}
    (x, y), _ = scikit_learn.digits()
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    peer = cross_val_score(RandomForestClassifier(**found["best_params"]), x, y, cv=folds)
    # Another seed of the forest: its scores differ by about half a percent.
    assert found["best_value"] == pytest.approx(peer.mean(), abs=0.03)


@pytest.mark.parametrize("name", ["adaboost.yaml", "gradient_boosting.yaml", "xgboost.yaml"])
@pytest.mark.slow
def test_boosted_ensembles_are_tuned(program_in_place, name):
    pytest.importorskip("xgboost" if name == "xgboost.yaml" else "sklearn")
    found = tuned(program_in_place, name)
    assert found["best_value"] > 0.2  # AdaBoost's first point may be a few stumps; 0.1 is chance


@pytest.mark.parametrize(
    "name",
    [
        "adaboost",
        pytest.param("gradient_boosting", marks=pytest.mark.slow),
        pytest.param("xgboost", marks=pytest.mark.slow),
    ],
)
def test_a_fold_of_a_boosted_ensemble_is_scored(name, tmp_path):
    pytest.importorskip("xgboost" if name == "xgboost" else "sklearn")
    point = {
        "adaboost": {"max_depth": 4, "n_estimators": 20, "learning_rate": 1.0},
        "gradient_boosting": {"max_iter": 5, "learning_rate": 0.3},
        "xgboost": {"n_estimators": 5, "learning_rate": 0.3, "max_depth": 4},
    }[name]
    context = SimpleNamespace(seed=0, fold=1)
    scores = getattr(scikit_learn, name)(point, context)
    assert 0.7 < scores["accuracy"] <= 1


def test_a_fold_of_ridge_regression_is_scored():
    scores = [
        scikit_learn.ridge({"alpha": 0.1}, SimpleNamespace(seed=0, fold=fold))["r2"]
        for fold in range(5)
    ]
    assert 0.4 < sum(scores) / 5 < 0.6
    assert len(set(scores)) == 5


@pytest.mark.slow
def test_the_sequence_listings_are_learnt():
    assert sequences.forecast(epochs=15) < 0.01
    assert sequences.tag() > 0.95
    assert sequences.draw_waves() < 0.01


@pytest.mark.slow
def test_attention_and_hubers_loss_limit_outliers():
    found = robust_regression.errors()
    assert found["Huber"] < found["squared error"]
    assert found["Huber, attention"] < found["squared error"]


def test_the_search_from_python_tests_its_winner_once(tmp_path):
    winner, accuracy = scikit_learn.main(str(tmp_path))
    assert set(winner) == {"C", "kernel"}
    assert accuracy > 0.97
