"""`pipelines.train`: words, a table in memory, callbacks, and what a notebook shows."""

from __future__ import annotations

import keras
import numpy as np
import pandas as pd
import pytest

from pipelines import train


@pytest.fixture(scope="module")
def frame():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(160, 2))
    label = np.where(x[:, 0] + x[:, 1] > 0, "yes", "no")
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "label": label})


class Ends(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(epoch)


@pytest.fixture(scope="module")
def trained(frame, tmp_path_factory):
    watching = Ends()
    result = train(
        "tabular",
        frame,
        target="label",
        epochs=2,
        params={"members": 1, "embedding": "none"},
        callbacks=watching,  # as `fit` takes one
        root=tmp_path_factory.mktemp("api") / "mlruns",
        tracking=False,
        verbose=False,
    )
    return result, watching


def test_a_frame_is_trained_on_without_mlflow(trained, frame):
    result, watching = trained
    assert watching.seen == [0, 1]
    assert (result.run_id, result.run_url) == ("", "")
    assert not (result.model_path.parents[2] / "mlflow.db").exists()
    assert set(result.predict(frame.head(3))["prediction"]) <= {"yes", "no"}
    assert result.model().count_params() > 0


def test_a_result_is_short_in_a_terminal_and_a_table_with_a_picture_in_a_notebook(trained):
    result, _ = trained
    assert repr(result).startswith("TrainResult('tabular', test accuracy ")
    assert len(repr(result)) < 120
    page = result._repr_html_()
    assert page.count("<tr>") == 1 + len(result.test_metrics) == 13
    assert "data:image/png;base64," in page
    assert "http" not in page


def test_a_model_is_no_recipe():
    with pytest.raises(ValueError, match=r"by its name\. Got Sequential: .* `tune\(build, data\)`"):
        train(keras.Sequential(), (np.zeros((4, 2)), np.zeros(4)))


def test_epochs_are_given_once():
    with pytest.raises(ValueError, match="`epochs` is given twice"):
        train("wine-mlp", epochs=2, params={"epochs": 3})
