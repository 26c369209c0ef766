"""Models of several inputs and outputs, and of classes of the user's own, from search to result."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from pipelines import tune
from pipelines.jobs.summary import summary_facts

pytestmark = [pytest.mark.service, pytest.mark.exhaustive]

COMMON = {"workers": 1, "strategy": "random", "pruner": "none", "trials": 1, "epochs": 1}
X = np.random.default_rng(0).normal(size=(80, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


class Net(keras.Model):
    """Keras can save its weights only."""

    def __init__(self, units):
        super().__init__()
        self.hidden = keras.layers.Dense(units, "relu")
        self.out = keras.layers.Dense(2)

    def call(self, x):
        return self.out(self.hidden(x))


def subclassed(hp):
    model = Net(hp.Int("units", 4, 8))
    model.compile("adam", LOSS, metrics=["accuracy"])
    return model


def several(hp):
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    hidden = keras.layers.Dense(hp.Int("units", 4, 8))(keras.layers.Concatenate()([a, b]))
    outputs = {
        "one": keras.layers.Dense(2, name="one")(hidden),
        "two": keras.layers.Dense(1, name="two")(hidden),
    }
    model = keras.Model({"a": a, "b": b}, outputs)
    model.compile("adam", {"one": LOSS, "two": "mse"}, metrics={"one": ["accuracy"]})
    return model


def test_a_model_that_keras_cannot_save_is_kept_by_its_weights(tmp_path):
    result = tune(subclassed, (X, Y), test_data=(X, Y), root=tmp_path, tracking=False, **COMMON)
    assert result.model_path is None
    assert "no model file: Keras cannot save a Net" in dict(summary_facts(result))["model"]
    with pytest.raises(FileNotFoundError, match=r"result\.model\(build\) makes it again"):
        result.model()
    found = result.model(subclassed).predict(X, verbose=0).argmax(axis=1)
    assert result.test_metrics["accuracy"] == pytest.approx(np.mean(found == Y))


def test_several_inputs_and_outputs_reach_mlflow(tmp_path, put_mlflow):
    put_mlflow(tmp_path)
    x, y = {"a": X[:, :2], "b": X[:, 2:]}, {"one": Y, "two": X[:, :1]}
    result = tune(several, (x, y), test_data=(x, y), root=tmp_path, **COMMON)
    assert result.metric == "val_loss"
    assert result.test_metrics.keys() >= {"loss", "one_accuracy"}
    assert result.unsent == []
    assert result.predict({"a": X[:3, :2], "b": X[:3, 2:]})["one"].shape == (3, 2)
