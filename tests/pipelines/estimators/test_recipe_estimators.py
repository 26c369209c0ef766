"""Recipes keep scikit-learn's rules for estimators, and its ensembles take them."""

from __future__ import annotations

import functools
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from pipelines.estimators import RecipeClassifier, RecipeRegressor

PLAIN = {"members": 1, "embedding": "none", "power": "none", "dropout": 0.0, "patience": 0}
SMALL = {**PLAIN, "widths": (32,), "learning_rate": 0.02, "batch_size": 16, "epochs": 15}
BRIEF = {**SMALL, "epochs": 3}
# Checks that cannot hold, with the reason.
_OTHER_ROWS = "a row that is left out or repeated changes which rows are held out for validation"
EXPECTED = {
    f"check_sample_weight_equivalence_on_{kind}_data": _OTHER_ROWS for kind in ("dense", "sparse")
}

# A row's place in its batch changes the last digits of float32, on some processors more than
# the checks allow, which were written for float64.
CLOSE = functools.partial(estimator_checks.assert_allclose_dense_sparse, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the checks pass data that ought to be warned about
@parametrize_with_checks(
    [RecipeClassifier(params=SMALL), RecipeRegressor(params=SMALL)],
    expected_failed_checks=lambda estimator: EXPECTED,
)
def test_scikit_learns_checks(estimator, check, monkeypatch):
    monkeypatch.setattr(estimator_checks, CLOSE.func.__name__, CLOSE)
    check(estimator)


@pytest.fixture(scope="module")
def flowers():
    x, y = load_iris(return_X_y=True)
    return x, np.array(["setosa", "versicolor", "virginica"])[y]


@pytest.fixture(scope="module")
def trained(flowers):
    return RecipeClassifier(params=SMALL).fit(*flowers)


def test_labels_of_any_kind_come_back(trained, flowers):
    x, y = flowers
    assert trained.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert trained.score(x, y) > 0.85
    probabilities = trained.predict_proba(x)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert (trained.classes_[probabilities.argmax(axis=1)] == trained.predict(x)).all()
    assert len(trained.history_["val_accuracy"]) == SMALL["epochs"]


def test_a_pickled_estimator_predicts_the_same(trained, flowers):
    twin = pickle.loads(pickle.dumps(trained))  # noqa: S301 - our own bytes
    np.testing.assert_array_equal(twin.predict_proba(flowers[0]), trained.predict_proba(flowers[0]))


def test_soft_voting_averages_a_recipe_and_another_classifier(flowers):
    x, y = flowers
    members = [
        ("network", RecipeClassifier(params=BRIEF)),
        ("logistic", LogisticRegression(max_iter=500)),
    ]
    voting = VotingClassifier(members, voting="soft", weights=[3, 1]).fit(x, y)
    network, logistic = (member.predict_proba(x) for member in voting.estimators_)
    np.testing.assert_allclose(voting.predict_proba(x), (3 * network + logistic) / 4)


@pytest.mark.slow
def test_members_of_a_bag_differ_in_rows_and_seed(flowers):
    x, y = flowers
    bag = BaggingClassifier(RecipeClassifier(params=BRIEF), n_estimators=2, random_state=0)
    first, second = bag.fit(x, y).estimators_
    assert first.random_state != second.random_state
    mean = (first.predict_proba(x) + second.predict_proba(x)) / 2
    np.testing.assert_allclose(bag.predict_proba(x), mean)


def test_frames_keep_their_categories(flowers):
    x, y = flowers
    frame = pd.DataFrame({"length": x[:, 0], "kind": pd.Series(y).str[:2]})
    model = RecipeClassifier(params=SMALL).fit(frame, y)
    assert model.feature_names_in_.tolist() == ["length", "kind"]
    assert model.score(frame, y) > 0.6
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"kind": "sort"}))


def test_a_regression_is_in_the_unit_of_its_target():
    x = np.linspace(-1, 1, 80).reshape(-1, 1)
    y = 1000 * x[:, 0] + 5000
    model = RecipeRegressor(params=SMALL).fit(x, y)
    assert model.score(x, y) > 0.9


def test_images_are_arrays_of_four_dimensions():
    images, y = load_digits(return_X_y=True)
    images = (images / 16).astype("float32").reshape(-1, 8, 8, 1)[:64]
    params = {"epochs": 1, "widths": (4,)}
    model = RecipeClassifier("digits-cnn", params=params).fit(images, y[:64])
    assert model.predict_proba(images).shape == (64, 10)


@pytest.mark.slow
def test_texts_are_lists():
    texts = ["good film", "bad film", "good", "bad"] * 4
    params = {"epochs": 1}
    model = RecipeClassifier("text", params=params).fit(texts, ["yes", "no"] * 8)
    assert set(model.predict(["a good film"])) <= {"yes", "no"}


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (RecipeClassifier("tabullar"), "Did you mean 'tabular'"),
        (RecipeClassifier("diabetes-mlp"), "RecipeClassifier takes a recipe for classification"),
        (RecipeClassifier("names-char-lm"), "tabular, image, text data. Got 'names-char-lm'"),
        (RecipeClassifier(validation=0), "`0 < validation < 1` must hold"),
        (RecipeClassifier(params={"widhts": (3,)}), "Did you mean 'widths'"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(model, message, flowers):
    with pytest.raises(ValueError, match=message):
        model.fit(*flowers)


def test_rows_without_weight_teach_nothing():
    x = np.tile(np.linspace(-1, 1, 40), 2).reshape(-1, 1)
    y = np.concatenate([x[:40, 0] > 0, x[:40, 0] < 0])  # the second half says the contrary
    weights = np.repeat([1.0, 0.0], 40)
    model = RecipeClassifier(params=SMALL).fit(x, y, sample_weight=weights)
    assert model.score(x[:40], y[:40]) > 0.9
    assert model.n_features_in_ == 1


@pytest.mark.slow
def test_boosting_of_a_recipe(flowers):
    boosted = AdaBoostClassifier(RecipeClassifier(params=SMALL), n_estimators=2, random_state=0)
    assert boosted.fit(*flowers).score(*flowers) > 0.85
    assert len(boosted.estimators_) == 2


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], r"one weight per row\. Got 150 rows and weights of shape \(1,\)"),
        (np.full(150, -1.0), "`sample_weight` must be finite numbers of at least 0"),
        (np.zeros(150), "`sample_weight` must not all be zero"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, message, flowers):
    with pytest.raises(ValueError, match=message):
        RecipeClassifier(params=BRIEF).fit(*flowers, sample_weight=weights)


def test_one_class_is_refused(flowers):
    x, y = flowers
    with pytest.raises(ValueError, match=r"at least two classes\. Got 1 class: setosa"):
        RecipeClassifier(params=BRIEF).fit(x[:50], y[:50])
