"""The fused LSTM and GRU compute what Keras' layers compute, forwards and backwards."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipelines.training.tensorflow.fused_recurrence import fuse_recurrence

STEPS, FEATURES = 5, 3
X = np.random.default_rng(0).normal(size=(4, STEPS, FEATURES)).astype("float32")


LAYERS = pytest.mark.parametrize("kind", [keras.layers.LSTM, keras.layers.GRU])


def _pair(kind, **options):
    """The same layer twice, the first one fused."""
    models = []
    for fused in (True, False):
        options = {"bias_initializer": "normal", "seed": 3, **options}
        keras.utils.set_random_seed(1)
        inputs = keras.Input(batch_shape=(4, STEPS, FEATURES))
        models.append(keras.Model(inputs, kind(6, **options)(inputs)))
        if fused:
            assert fuse_recurrence(models[0]) == 1
    return models


def _gradients(model, *, training):
    x = tf.constant(X)

    @tf.function
    def run():
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = tf.nest.flatten(model(x, training=training))
            total = tf.add_n([tf.reduce_sum(tf.sin(tf.cast(one, "float32"))) for one in outputs])
        return outputs, tape.gradient(total, [x, *model.trainable_variables])

    return tf.nest.flatten(run())


@LAYERS
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"return_sequences": True, "return_state": True},
        {"return_sequences": True, "unroll": True},
        {"return_sequences": True, "go_backwards": True},
        {"return_sequences": True, "dropout": 0.4},
    ],
    ids=lambda options: "-".join(options) or "last",
)
def test_outputs_and_gradients_are_those_of_keras(kind, options):
    fused, plain = _pair(kind, **options)
    for ours, theirs in zip(
        _gradients(fused, training=True), _gradients(plain, training=True), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@LAYERS
def test_a_carried_state_goes_on_as_in_keras(kind):
    fused, plain = _pair(kind, stateful=True)
    for _ in range(2):
        np.testing.assert_allclose(fused(X), plain(X), rtol=1e-5, atol=1e-6)


@LAYERS
def test_mixed_precision_keeps_the_gates_exact(kind):
    _, exact = _pair(kind, return_sequences=True)
    mixed, _ = _pair(kind, return_sequences=True, dtype="mixed_bfloat16")
    mixed.set_weights(exact.get_weights())
    found = _gradients(mixed, training=True)
    assert found[0].dtype == tf.bfloat16
    for ours, theirs in zip(found[2:], _gradients(exact, training=True)[2:], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0.1, atol=0.05)


@LAYERS
def test_a_fused_layer_is_saved_as_before(kind, tmp_path):
    fused, plain = _pair(kind, return_sequences=True)
    assert fuse_recurrence(fused) == 0, "once is enough"
    fused.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_allclose(loaded(X), plain(X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "relu"},
        {"use_bias": False},
        {"recurrent_dropout": 0.1},
    ],
)
def test_unusual_layers_stay_keras_own(options):
    inputs = keras.Input((STEPS, FEATURES))
    assert fuse_recurrence(keras.Model(inputs, keras.layers.LSTM(6, **options)(inputs))) == 0
    gru = keras.layers.GRU(6, reset_after=False)
    assert fuse_recurrence(keras.Model(inputs, gru(inputs))) == 0


@LAYERS
@pytest.mark.parametrize("both", [False, True], ids=["forwards", "both ways"])
@pytest.mark.parametrize("sequences", [False, True], ids=["last", "all"])
def test_masked_layers_give_what_keras_gives(kind, both, sequences):
    # Padding behind, in front, in between, and a row of nothing else.
    valid = np.array([[1, 1, 1, 0, 0], [0, 1, 1, 1, 1], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0]], bool)
    models = []
    for _ in range(2):
        keras.utils.set_random_seed(1)
        layer = kind(6, return_sequences=sequences, bias_initializer="normal")
        layer = keras.layers.Bidirectional(layer) if both else layer
        inputs = keras.Input(batch_shape=(4, STEPS, FEATURES))
        models.append(keras.Model(inputs, layer(inputs, mask=tf.constant(valid))))
    assert fuse_recurrence(models[0]) == 1 + both
    found, expected = (_gradients(model, training=True) for model in models)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_an_unrolled_and_masked_layer_is_computed_by_keras():
    inputs = keras.Input((STEPS, FEATURES))
    masked = keras.layers.Masking()(inputs)
    model = keras.Model(inputs, keras.layers.LSTM(6, unroll=True)(masked))
    x = np.where(np.arange(STEPS)[:, None] < 3, X, 0).astype("float32")
    expected = model(x)
    assert fuse_recurrence(model) == 1
    np.testing.assert_allclose(model(x), expected, rtol=1e-6)
