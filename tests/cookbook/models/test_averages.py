"""Averages of trained models against NumPy, saved and loaded, and what is refused."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from scipy.special import expit, logit, logsumexp, softmax

from cookbook.models.averages import averaged, of_mirror_images
from cookbook.models.tabular import tabular_ensemble

pytestmark = pytest.mark.backend
X = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")


def _network(outputs, *, inputs=2, name="network"):
    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(outputs)], name=name)


def _array(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor), "float64")


def test_values_are_averaged():
    models = [_network(3) for _ in range(3)]
    found = _array(averaged(models, kind="values")(X))
    np.testing.assert_allclose(found, np.mean([_array(m(X)) for m in models], axis=0), atol=1e-6)


def test_probabilities_are_averaged():
    models = [_network(3) for _ in range(3)]
    found = _array(averaged(models, kind="probabilities")(X))
    expected = np.mean([softmax(_array(m(X)), axis=1) for m in models], axis=0)
    np.testing.assert_allclose(softmax(found, axis=1), expected, atol=1e-6)
    np.testing.assert_allclose(logsumexp(found, axis=1), 0.0, atol=1e-5)


def test_a_single_logit_is_that_of_a_sigmoid():
    models = [_network(1) for _ in range(3)]
    found = _array(averaged(models, kind="probabilities")(X))
    expected = logit(np.mean([expit(_array(m(X))) for m in models], axis=0))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_models_of_other_layers_and_one_name_are_saved_as_one(tmp_path):
    wide = tabular_ensemble((2,), num_outputs=3, members=2, widths=(4,))
    model = averaged([wide, _network(3, name=wide.name)], kind="probabilities")
    assert model.name == wide.name
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(_array(loaded(X)), _array(model(X)), atol=1e-6)
    assert model.count_params() == wide.count_params() + 9


def test_mirror_images_are_turned_left_to_right():
    images = np.random.default_rng(0).normal(size=(2, 3, 4, 2)).astype("float32")
    network = keras.Sequential(
        [keras.Input((3, 4, 2)), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    mirrored = of_mirror_images(network)
    np.testing.assert_allclose(
        _array(mirrored(images)), _array(network(images[:, :, ::-1])), atol=1e-6
    )
    assert mirrored.count_params() == network.count_params()


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([], "Got none"),
        ([_network(3), _network(2)], r"Got 'network' from .* to \(None, 3\), 'network' from"),
        ([_network(3), _network(3, inputs=4)], "have the same inputs and one row of outputs"),
    ],
)
def test_other_forms_are_refused(models, message):
    with pytest.raises(ValueError, match=message):
        averaged(models, kind="values")
