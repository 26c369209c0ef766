"""The curriculum counts rows, whatever a row holds."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from cookbook.losses.curriculum import easiest_first


def _losses(shape):
    """A model that trains on the easiest half, its targets and outputs, and the losses alone."""
    generator = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((*shape[1:], 2)), keras.layers.Dense(2)])
    trained = easiest_first(model, share=0.5, total_steps=10)
    trained.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    y = generator.integers(0, 2, shape)
    outputs = generator.normal(size=(*shape, 2)).astype("float32")
    outputs[:2] *= 10
    return trained, ops.convert_to_tensor(y), ops.convert_to_tensor(outputs)


@pytest.mark.backend
@pytest.mark.parametrize("shape", [(4,), (4, 4), (4, 6), (4, 3, 4), (4, 3, 5)])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_easiest_half_of_the_rows_counts(shape, weighted):
    model, y, outputs = _losses(shape)
    each = ops.convert_to_numpy(model.loss.call(y, outputs)).reshape(shape[0], -1).mean(axis=1)
    weights = np.array([1.0, 2.0, 3.0, 4.0], "float32") if weighted else np.ones(4, "float32")
    easiest = np.argsort(each)[:2]
    given = ops.convert_to_tensor(weights) if weighted else None
    found = float(model.compute_loss(None, y, outputs, given))
    assert found == pytest.approx((each * weights)[easiest].mean(), rel=1e-5)


@pytest.mark.backend
def test_rows_of_equal_losses_keep_the_size_of_the_mean_loss():
    model, _, _ = _losses((4,))
    y, outputs = ops.zeros((4,), "int32"), ops.zeros((4, 2))  # ln 2 each: none is the easiest
    assert float(model.compute_loss(None, y, outputs)) == pytest.approx(np.log(2.0), rel=1e-6)


@pytest.mark.backend
@pytest.mark.parametrize(
    "loss",
    ["mse", keras.losses.mean_squared_error, lambda y, outputs: ops.square(y - outputs)[:, 0]],
)
def test_names_and_functions_are_losses_too(loss):
    outputs, y = ops.array([[1.0], [2.0], [5.0], [7.0]]), ops.zeros((4, 1))
    trained = easiest_first(
        keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]), share=0.5, total_steps=10
    )
    trained.compile("sgd", loss)
    assert float(trained.compute_loss(None, y, outputs)) == pytest.approx((1 + 4) / 2)


@pytest.mark.backend
def test_a_loaded_model_asks_for_its_curriculum_and_takes_it(tmp_path):
    model, y, outputs = _losses((4,))
    expected = float(model.compute_loss(None, y, outputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"not saved with its model\. Got .* call easiest_first\("):
        loaded.compute_loss(None, y, outputs)
    again = easiest_first(loaded, share=0.5, total_steps=10)
    again.compile("sgd", loaded.loss)
    assert float(again.compute_loss(None, y, outputs)) == pytest.approx(expected)
