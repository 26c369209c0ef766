"""What the task of forecasts gives its models."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from pipelines.datasets import load_dataset
from pipelines.preprocessing.series import SeriesPreprocessor
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


def test_a_long_file_is_read_as_far_back_as_a_training_window(tmp_path):
    path = tmp_path / "s.csv"
    days = np.datetime64("2024-01-01") + np.arange(400)
    lines = [f"{day},{(n % 20) + n / 100}" for n, day in enumerate(days)]
    path.write_text("\n".join(["day,y", *lines]))
    data = load_dataset("series-file", path=path, target="y", season=20)
    assert data.train.x.shape[1] == 32 + 20
    fitted = SeriesPreprocessor(window=28, season=20).fit(data.train.x)
    windows = fitted.transform(data.train.x)
    # Beside the last step stands what was a season before the step that is forecast.
    before = fitted.scale(data.train.x)[:, 52 - 28 - 19 : 52 - 19]
    np.testing.assert_array_equal(windows[..., 1], before)
    series = np.arange(400.0)[np.newaxis]
    again = SeriesPreprocessor.from_config(fitted.to_config())
    np.testing.assert_array_equal(again.transform(series), fitted.transform(series[:, -52:]))
    with pytest.raises(
        ValueError, match=r"row of the last 52 values or more\. Got shape \(1, 51\)"
    ):
        again.transform(series[:, -51:])
    old = {name: value for name, value in fitted.to_config().items() if name != "past"}
    assert SeriesPreprocessor.from_config(old).transform(series[:, -40:]).shape == (1, 28, 2)


def test_mixed_precision_rounds_no_forecast():
    model = small_experiment("forecast", precision="mixed_bfloat16").build(total_steps=1)
    assert {layer.compute_dtype for layer in model.layers} > {"bfloat16"}
    assert model.output.dtype == "float32"
    # The numbers of the head, as they are.
    head = keras.Model(model.input, model.get_layer("quantiles").input)
    windows = np.random.default_rng(0).normal(size=(8, *model.input_shape[1:]))
    found = model.predict(windows, verbose=0)
    np.testing.assert_array_equal(found.reshape(8, -1), head.predict(windows, verbose=0))
