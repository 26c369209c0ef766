"""Averaged weights with statistics of their own: when they come, go and stay."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cookbook.callbacks import AveragedWeights, reestimate_batch_norm
from cookbook.diagnostics.checkpointing import checkpointed

X = np.random.default_rng(0).normal(1.0, 2.0, size=(32, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def _model(*, norm=True):
    keras.utils.set_random_seed(0)
    norms = [keras.layers.BatchNormalization()] if norm else []
    layers = [keras.layers.Dense(4), *norms, keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9), "mse")
    return model


def _statistics(model):
    norm = next(one for one in model.layers if isinstance(one, keras.layers.BatchNormalization))
    return [
        np.asarray(keras.ops.convert_to_numpy(v)) for v in (norm.moving_mean, norm.moving_variance)
    ]


def _fit(model, *callbacks, epochs=3, **options):
    return model.fit(
        X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0, callbacks=list(callbacks),
        **options,
    )  # fmt: skip


def test_the_model_ends_with_the_statistics_of_its_averaged_weights():
    model = _model()
    _fit(model, AveragedWeights(lambda: [X]))
    found = _statistics(model)
    reestimate_batch_norm(model, [X])
    np.testing.assert_allclose(found, _statistics(model), rtol=1e-5)


@pytest.mark.parametrize("swap", [False, True])
def test_training_goes_on_with_its_own_statistics_and_validation_tells_the_average(swap):
    plain, averaged = _model(), _model()
    seen = []
    look = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seen.append(_statistics(averaged))
    )
    kept = []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: kept.append(_statistics(plain))
    )
    _fit(plain, keep)
    average = AveragedWeights(lambda: [X], swap_on_epoch=swap)
    history = _fit(averaged, average, look, validation_data=(X, Y))
    np.testing.assert_allclose(seen, kept, rtol=1e-4)
    score = averaged.evaluate(X, Y, batch_size=8, verbose=0)
    assert history.history["val_loss"][-1] == pytest.approx(score, rel=1e-4)


def test_early_stopping_keeps_the_average_of_its_best_epoch():
    model = _model()
    stop = keras.callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)
    average = AveragedWeights(lambda: [X], swap_on_epoch=True)
    history = _fit(model, average, stop, epochs=30, validation_data=(X, Y + 3))
    best = min(history.history["val_loss"])
    assert model.evaluate(X, Y + 3, batch_size=8, verbose=0) == pytest.approx(best, rel=1e-4)


def test_whatever_ends_a_training_the_model_keeps_the_average():
    model, seen = _model(norm=False), []

    def stop(epoch, logs):
        seen.append([keras.ops.convert_to_numpy(v).copy() for v in model.trainable_variables])
        model.stop_training = epoch == 1

    look = keras.callbacks.LambdaCallback(on_epoch_end=stop)
    _fit(model, AveragedWeights(swap_on_epoch=True), look, epochs=5)
    assert len(seen) == 2
    for variable, average in zip(model.trainable_variables, seen[-1], strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), average)


def test_an_evaluation_behind_the_training_leaves_the_average_its_statistics():
    model, average = _model(), AveragedWeights(lambda: [X])
    _fit(model, average)
    before = np.copy(_statistics(model))
    model.evaluate(X, Y, verbose=0, callbacks=[average])
    np.testing.assert_array_equal(_statistics(model), before)


def test_normalisation_inside_of_recomputed_parts_is_seen():
    plain, parts = _model(), checkpointed(_model())
    assert reestimate_batch_norm(plain, [X]) == 1 == reestimate_batch_norm(parts, [X])
    np.testing.assert_allclose(_statistics(parts.plain), _statistics(plain), rtol=1e-5)
    parts.compile(keras.optimizers.SGD(use_ema=True), "mse")
    with pytest.raises(ValueError, match="statistics of their own"):
        _fit(parts, AveragedWeights())


def test_a_layer_that_is_called_for_each_step_gets_the_mean_of_its_calls():
    norm = keras.layers.BatchNormalization()
    model = keras.Sequential([keras.Input((2, 4)), keras.layers.TimeDistributed(norm)])
    steps = np.random.default_rng(1).normal([[0.0], [5.0]], [[1.0], [3.0]], (16, 2, 4))
    assert reestimate_batch_norm(model, [steps[:8], steps[8:]]) == 1
    batches = steps.reshape(2, 8, 2, 4)
    expected = [batches.mean(axis=(0, 1, 2)), batches.var(axis=1).mean(axis=(0, 1))]
    np.testing.assert_allclose([norm.moving_mean, norm.moving_variance], expected, rtol=1e-4)
    assert norm.momentum == 0.99 and "call" not in vars(norm)


def test_batches_are_made_once_and_only_for_batch_normalisation():
    made = []

    def batches():
        made.append(1)
        return [X]

    _fit(_model(norm=False), AveragedWeights(batches), validation_data=(X, Y))
    assert not made
    _fit(_model(), AveragedWeights(batches), validation_data=(X, Y))
    assert len(made) == 1


def test_statistics_need_data():
    _fit(_model(norm=False), AveragedWeights())
    with pytest.raises(ValueError, match=r"statistics of their own\. Got batches=None: pass a"):
        _fit(_model(), AveragedWeights())
