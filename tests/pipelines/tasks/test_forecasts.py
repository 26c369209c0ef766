"""What the task of forecasts gives its models."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tests.pipelines.tasks.small_data import small_experiment


@pytest.mark.parametrize("horizon", [1, 3])
def test_windows_with_an_anomaly_count_for_all_their_steps(horizon, monkeypatch):
    experiment = small_experiment("forecast", anomaly_weight=5)
    task = experiment.task
    unusual = np.zeros((len(experiment.dataset.train.x), horizon))
    unusual[::4, 0] = 100.0
    monkeypatch.setattr(task._targets, "transform", lambda _: unusual)
    weights = np.asarray(task._feed(experiment.dataset.train, shuffle=True)._arrays[2])
    assert weights.shape == unusual.shape
    np.testing.assert_array_equal(weights[:4], np.repeat([[5.0], [1], [1], [1]], horizon, axis=1))


def test_mixed_precision_rounds_no_forecast():
    model = small_experiment("forecast", precision="mixed_bfloat16").build(total_steps=1)
    assert {layer.compute_dtype for layer in model.layers} > {"bfloat16"}
    assert model.output.dtype == "float32"
    # The numbers of the head, as they are.
    head = keras.Model(model.input, model.get_layer("quantiles").input)
    windows = np.random.default_rng(0).normal(size=(8, *model.input_shape[1:]))
    found = model.predict(windows, verbose=0)
    np.testing.assert_array_equal(found.reshape(8, -1), head.predict(windows, verbose=0))
