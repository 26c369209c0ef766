"""The classifiers to compare with learn, and the best on the validation rows is chosen."""

from __future__ import annotations

import numpy as np
import pytest

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
