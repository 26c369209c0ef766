"""scikit-learn's classifiers keep the laws of committee members."""

from __future__ import annotations

import numpy as np
import pytest

from cookbook.ensembles import SoftVoting
from pipelines.baselines.classifiers import CLASSIFIERS, best_classifier, make_classifier


def _blobs(rows=90):
    generator = np.random.default_rng(0)
    y = np.arange(rows) % 3
    return generator.normal(size=(rows, 2)) + 4.0 * np.eye(3)[y][:, :2], y


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_members_learn_and_give_probabilities(name):
    x, y = _blobs()
    model = make_classifier(name).fit(x, y)
    probabilities = model.predict_proba(x)
    np.testing.assert_array_equal(model.classes_, [0, 1, 2])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(model.classes_[probabilities.argmax(axis=1)], model.predict(x))
    assert np.mean(model.predict(x) == y) > 0.9


def test_a_committee_of_all_averages_their_probabilities():
    x, y = _blobs()
    committee = SoftVoting([make_classifier(name) for name in CLASSIFIERS]).fit(x, y)
    single = [make_classifier(name).fit(x, y).predict_proba(x) for name in CLASSIFIERS]
    np.testing.assert_allclose(committee.predict_proba(x), np.mean(single, axis=0), atol=1e-9)


def test_the_choice_is_made_on_the_validation_rows():
    x, y = _blobs()
    train, validation = (x[:60], y[:60]), (x[60:], y[60:])
    name, model = best_classifier(train, validation)
    best = np.mean(model.predict(validation[0]) == validation[1])
    for other in CLASSIFIERS:
        rival = make_classifier(other).fit(*train)
        assert best >= np.mean(rival.predict(validation[0]) == validation[1])
    assert name in CLASSIFIERS


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"No classifier named 'random forrest'\. Did you mean"):
        make_classifier("random forrest")
