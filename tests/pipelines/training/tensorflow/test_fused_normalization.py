"""TensorFlow's normalization kernel computes what Keras' layer computes."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from pipelines.inputs.feeds import ArrayFeed
from pipelines.training.tensorflow.fused_normalization import fuse_normalization
from pipelines.training.tensorflow.trainer import Trainer


def _network(**options):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            keras.layers.Conv2D(4, 3, use_bias=False),  # a bias has no gradient here
            keras.layers.BatchNormalization(**options),
            keras.layers.ReLU(),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def _data():
    generator = np.random.default_rng(0)
    x = generator.normal(2.0, 3.0, size=(20, 6, 6, 2)).astype("float32")
    return x, (x.mean(axis=(1, 2, 3)) > 2.0).astype("int32")


@pytest.mark.exhaustive
@pytest.mark.parametrize("options", [{}, {"momentum": 0.5, "epsilon": 0.1}])
def test_training_equals_that_of_fit(options):
    x, y = _data()
    ours, theirs = _network(**options), _network(**options)
    feed = ArrayFeed(x, y, batch_size=8, shuffle=False)
    history = Trainer(ours, feed, validation=feed).fit(epochs=4)
    expected = theirs.fit(
        x, y, batch_size=8, shuffle=False, epochs=4, verbose=0, validation_data=(x, y)
    )
    for name, values in expected.history.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-4, err_msg=name)
    for variable, reference in zip(ours.variables, theirs.variables, strict=True):
        np.testing.assert_allclose(
            variable.numpy(), reference.numpy(), rtol=1e-3, atol=1e-5, err_msg=reference.path
        )


def test_a_changed_layer_is_saved_as_before(tmp_path):
    x, _ = _data()
    model = _network()
    assert fuse_normalization(model) == 1
    assert fuse_normalization(model) == 0, "once is enough"
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-6)


def test_bfloat16_images_are_normalized_as_keras_does():
    x, _ = _data()
    ours, theirs = (keras.layers.BatchNormalization(dtype="mixed_bfloat16") for _ in range(2))
    model = keras.Sequential([keras.Input((6, 6, 2)), ours])
    assert fuse_normalization(model) == 1
    for _ in range(3):
        found, expected = model(x, training=True), theirs(x, training=True)
    assert found.dtype == expected.dtype == "bfloat16"
    # One unit in the last place of bfloat16.
    found, expected = (keras.ops.cast(value, "float32") for value in (found, expected))
    np.testing.assert_allclose(found, expected, rtol=2**-7, atol=2**-9)
    for variable, reference in zip(ours.variables, theirs.variables, strict=True):
        np.testing.assert_allclose(variable, reference, rtol=1e-4, err_msg=reference.path)


@pytest.mark.parametrize(
    "options", [{"axis": 1}, {"scale": False}, {"center": False}, {"dtype": "mixed_float16"}]
)
def test_other_kinds_of_normalization_stay_keras_own(options):
    assert fuse_normalization(_network(**options)) == 0


def test_frozen_layers_and_rows_of_numbers_are_normalized_by_keras():
    model = _network()
    fuse_normalization(model)
    layer = model.layers[1]
    layer.trainable = False
    x = np.random.default_rng(1).normal(size=(5, 4, 4, 4)).astype("float32")
    np.testing.assert_allclose(layer(x, training=True), layer(x, training=False), rtol=1e-6)
    rows = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    expected = rows(x[:, 0, 0, :3], training=True)
    plain = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    fuse_normalization(plain)
    np.testing.assert_allclose(plain(x[:, 0, 0, :3], training=True), expected, rtol=1e-6)
