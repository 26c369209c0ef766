"""Committees of Keras and scikit-learn classifiers behind one interface."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from cookbook.ensembles import Bagging, KerasClassifier, SoftVoting


def build(num_classes: int) -> keras.Model:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(num_classes)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.3), loss)
    return model


def blobs(samples: int = 90) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    codes = np.arange(samples) % 3
    centres = np.array([[0.0, 4.0], [4.0, 0.0], [-4.0, -4.0]])
    x = centres[codes] + random.normal(size=(samples, 2))
    return x.astype("float32"), np.array(["ash", "elm", "oak"])[codes]


def keras_member(seed: int = 0) -> KerasClassifier:
    return KerasClassifier(build, seed=seed, epochs=3, verbose=0)


class Constant:
    """A classifier that always gives the same row."""

    def __init__(self, row: list[float]) -> None:
        self.row = np.array(row)

    def fit(self, x: Any, y: Any) -> Constant:
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, x: Any) -> np.ndarray:
        return np.tile(self.row, (len(x), 1))

    def predict(self, x: Any) -> np.ndarray:
        return self.classes_[self.predict_proba(x).argmax(1)]


MEMBERS = {
    "keras": keras_member,
    "logistic": lambda seed=0: LogisticRegression(),
    "tree": lambda seed=0: DecisionTreeClassifier(random_state=seed),
    "voting": lambda seed=0: SoftVoting([LogisticRegression(), keras_member(seed)]),
    "bagging": lambda seed=0: Bagging(
        lambda s: DecisionTreeClassifier(random_state=s), members=3, seed=seed
    ),
}


@pytest.mark.parametrize("kind", MEMBERS)
def test_classifier_keeps_the_interface(kind: str) -> None:
    x, y = blobs()
    classifier = MEMBERS[kind]()
    assert classifier.fit(x, y) is classifier
    probabilities = classifier.predict_proba(x)
    assert classifier.classes_.tolist() == ["ash", "elm", "oak"]
    assert probabilities.shape == (90, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(
        classifier.predict(x), classifier.classes_[probabilities.argmax(1)]
    )
    assert np.mean(classifier.predict(x) == y) > 0.9


@pytest.mark.backend
def test_seed_repeats_a_keras_member() -> None:
    x, y = blobs(30)
    runs = [keras_member(seed).fit(x, y).predict_proba(x) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert np.any(runs[0] != runs[2])


def test_soft_voting_is_the_weighted_mean() -> None:
    rows = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    x, y = blobs(6)
    voting = SoftVoting([Constant(row) for row in rows.tolist()], weights=[3, 1]).fit(x, y)
    np.testing.assert_allclose(voting.predict_proba(x[:1])[0], (3 * rows[0] + rows[1]) / 4)


def test_bagging_averages_bootstrap_members() -> None:
    x, y = blobs()
    bagging = Bagging(MEMBERS["tree"], members=25, seed=0).fit(x, y)
    members = [member.predict_proba(x) for member in bagging.members_]
    np.testing.assert_allclose(bagging.predict_proba(x), np.mean(members, axis=0))
    shares = [len(np.unique(rows)) / len(x) for rows in bagging.samples_]
    expected = 1 - (1 - 1 / len(x)) ** len(x)
    assert np.mean(shares) == pytest.approx(expected, abs=0.02)
    twin = Bagging(MEMBERS["tree"], members=25, seed=0).fit(x, y)
    np.testing.assert_array_equal(bagging.samples_, twin.samples_)


def test_out_of_bag_uses_members_that_have_not_seen_the_sample() -> None:
    x, y = blobs()
    bagging = Bagging(MEMBERS["tree"], members=4, seed=0).fit(x, y)
    found = bagging.out_of_bag_proba(x)
    for row in range(len(x)):
        votes = [
            member.predict_proba(x[row : row + 1])[0]
            for member, seen in zip(bagging.members_, bagging.samples_, strict=True)
            if row not in seen
        ]
        expected = np.mean(votes, axis=0) if votes else np.full(3, np.nan)
        np.testing.assert_allclose(found[row], expected)


def test_member_that_missed_a_class_gives_it_no_probability() -> None:
    x, y = blobs(9)
    y = y.copy()
    y[:] = "ash"
    y[0] = "oak"
    bagging = Bagging(lambda seed: DecisionTreeClassifier(), members=12, seed=0).fit(x, y)
    assert any(len(member.classes_) == 1 for member in bagging.members_)
    np.testing.assert_allclose(bagging.predict_proba(x).sum(axis=1), 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SoftVoting([]), "at least one member.*Got 0 members"),
        (lambda: SoftVoting([Constant([1.0])], weights=[-1]), "one weight >= 0"),
        (lambda: SoftVoting([Constant([1.0])], weights=[1, 2]), r"weights=\[1, 2\]"),
        (lambda: Bagging(keras_member, members=0), "at least one member. Got members=0"),
        (
            lambda: KerasClassifier(lambda classes: build(1), verbose=0).fit(*blobs(6)),
            "one logit per class. Got 1 outputs for 3 classes",
        ),
    ],
)
def test_bad_input_says_the_law(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
