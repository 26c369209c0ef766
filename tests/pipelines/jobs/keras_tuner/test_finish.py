"""The end of a search over `build(hp)`: as honest as that of a recipe."""

from __future__ import annotations

import time

import keras
import keras_tuner
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from pipelines import tune
from pipelines.jobs.keras_tuner.array_targets import known_name, log_probabilities, read_targets
from pipelines.jobs.keras_tuner.finish import UNJUDGED, UNTESTED
from pipelines.jobs.summary import summary_facts
from tuning import open_study
from tuning.storage.records import EVALUATION

COMMON = {"workers": 1, "tracking": False, "strategy": "random", "pruner": "none"}


def classifier(hp):
    layers = [keras.Input((64,)), keras.layers.Dense(hp.Int("units", 4, 64, step=4), "relu")]
    model = keras.Sequential([*layers, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-2), loss, metrics=["accuracy"])
    return model


def regressor(hp):
    layers = [keras.Input((3,)), keras.layers.Dense(hp.Int("units", 2, 16), "relu")]
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(1e-2), "mse", metrics=["mae"])
    return model


def two_outputs(hp):
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(hp.Int("units", 2, 8))(inputs)
    model = keras.Model(inputs, keras.layers.Dense(2)(hidden))
    model.compile("adam", "mse")
    return model


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits(return_X_y=True)
    return (x[:900] / 16).astype("float32"), y[:900]


@pytest.fixture(scope="module")
def numbers():
    x = np.random.default_rng(0).normal(size=(300, 3)).astype("float32")
    return x, (x @ [1.0, -2.0, 0.5]).astype("float32")


@pytest.fixture(scope="module")
def classified(tmp_path_factory, digits):
    x, y = digits
    return tune(
        classifier, (x[:600], y[:600]), test_data=(x[600:], y[600:]), trials=4, epochs=6, seed=1,
        root=tmp_path_factory.mktemp("classes"), **COMMON,
    )  # fmt: skip


@pytest.mark.exhaustive
def test_classes_have_defaults_baseline_interval_and_verdict(classified, digits):
    x, y = digits
    final = classified.final
    assert final["metric"] == "accuracy"
    assert final["interval"]["low"] <= final["test_metrics"]["accuracy"] <= 1.0
    assert final["test_rows"] == 300
    assert final["test_reads"] == 1
    own = np.mean(classified.model().predict(x[600:], verbose=0).argmax(axis=1) == y[600:])
    assert final["test_metrics"]["accuracy"] == pytest.approx(own)
    assert final["baseline"] == "logistic regression"
    plain = LogisticRegression(max_iter=1000).fit(x[:600], y[:600]).score(x[600:], y[600:])
    assert final["baseline_metrics"]["accuracy"] == pytest.approx(plain, abs=0.03)
    assert "default" in final["verdict"]
    facts = dict(summary_facts(classified))
    assert facts.keys() >= {"test", "defaults", "baseline", "verdict"}
    assert "95 % interval" in facts["test"]
    kept = open_study(classified.study, classified.search.storage).user_attrs[EVALUATION]
    assert np.trace(kept["confusion"]["counts"]) == pytest.approx(300 * own)
    assert len(kept["learning"]["accuracy"]) == final["epochs"]


@pytest.mark.exhaustive
def test_the_least_units_are_the_defaults_and_lose(classified):
    assert classified.search.records[0].params["units"] == 4
    assert classified.best_params["units"] > 4
    assert classified.final["difference"]["low"] > 0
    assert classified.final["standing"]["defaults"] == "better"
    assert "The winner is better than the default hyperparameters" in classified.final["verdict"]


@pytest.mark.exhaustive
def test_numbers_are_measured_by_their_errors(tmp_path, numbers):
    x, y = numbers
    result = tune(
        regressor, (x[:200], y[:200]), test_data=(x[200:], y[200:]), trials=2, epochs=3,
        metric="val_mae", direction="minimize", seeds=2, root=tmp_path, **COMMON,
    )  # fmt: skip
    final = result.final
    assert final["metric"] == "mae"
    assert final["baseline"] == "gradient boosting"
    assert final["baseline_metrics"]["mae"] < np.abs(y[200:] - y[:200].mean()).mean()
    predicted = result.model().predict(x[200:], verbose=0)[:, 0]
    assert final["test_metrics"]["mae"] == pytest.approx(np.abs(predicted - y[200:]).mean(), 1e-4)
    assert len(final["over_seeds"]["default"]["values"]) == 2


@pytest.mark.exhaustive
def test_what_is_not_known_is_said(tmp_path, numbers):
    x, y = numbers
    untested = tune(regressor, (x, y), trials=1, epochs=1, root=tmp_path / "a", **COMMON)
    assert untested.final["verdict"] == UNTESTED
    assert "test_metrics" not in untested.final
    pairs = np.stack([y, -y], axis=1)
    unjudged = tune(
        two_outputs, (x[:200], pairs[:200]), test_data=(x[200:], pairs[200:]), trials=1, epochs=1,
        root=tmp_path / "b", **COMMON,
    )  # fmt: skip
    assert unjudged.final["verdict"] == UNJUDGED
    assert unjudged.final["test_metrics"]["loss"] > 0
    assert "loss" in unjudged.final["default_metrics"]
    assert "interval" not in dict(summary_facts(unjudged)).get("test", "")


def refusing(hp):
    if hp.Int("units", 2, 16) == 2:
        raise keras_tuner.errors.FailedTrialError("two are too few")
    return regressor(hp)


@pytest.mark.exhaustive
def test_defaults_that_fail_do_not_lose_the_winner(tmp_path, numbers):
    x, y = numbers
    result = tune(
        refusing, (x[:200], y[:200]), test_data=(x[200:], y[200:]), trials=3, epochs=1,
        root=tmp_path, **COMMON,
    )  # fmt: skip
    reasons = [trial.reason for trial in result.search.records if trial.params == {"units": 2}]
    assert len(reasons) == 1, result.search.records
    assert "two are too few" in reasons[0]
    assert "the default hyperparameters fail (" in result.final["verdict"]
    assert reasons[0] in result.final["verdict"]
    assert result.test_metrics["loss"] > 0
    assert result.model().predict(x[:1], verbose=0).shape == (1, 1)
    assert "defaults" not in dict(summary_facts(result))


class Meeting(keras_tuner.HyperModel):
    """Its refits, which have no validation rows, wait for each other."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def build(self, hp):
        return regressor(hp)

    def fit(self, hp, model, *args, validation_data=None, **kwargs):
        if validation_data is None:
            (self.folder / f"{hp.get('units')}").touch()
            deadline = time.monotonic() + 120
            while len(list(self.folder.iterdir())) < 2:
                if time.monotonic() > deadline:
                    raise TimeoutError("the other refit did not begin")
                time.sleep(0.05)
        return model.fit(*args, validation_data=validation_data, **kwargs)


@pytest.mark.exhaustive
def test_winner_and_defaults_are_refitted_side_by_side(tmp_path, numbers):
    x, y = numbers
    (tmp_path / "meeting").mkdir()
    options = {**COMMON, "workers": 2}
    result = tune(
        Meeting(tmp_path / "meeting"), (x[:200], y[:200]), test_data=(x[200:], y[200:]), trials=4,
        epochs=4, root=tmp_path, **options,
    )  # fmt: skip
    assert result.best_params["units"] != 2
    assert {path.name for path in (tmp_path / "meeting").iterdir()} == {
        "2",
        str(result.best_params["units"]),
    }
    assert result.final["test_reads"] == 1
    assert not (result.model_path.parent / "refits").exists()


@pytest.mark.parametrize(
    ("y", "outputs", "loss", "classes"),
    [
        ([0, 1, 2], np.eye(3), "sparse_categorical_crossentropy", 3),
        ([[0], [1], [1]], np.ones((3, 2)), "sparse_categorical_crossentropy", 2),
        ([0, 1, 1], np.ones((3, 1)), "binary_crossentropy", 2),
        (np.eye(3), np.eye(3), "categorical_crossentropy", 3),
        ([0.5, 1.0, 2.0], np.ones((3, 1)), "mse", None),
        ([0, 1, 1], np.ones((3, 1)), "mse", None),
    ],
)
def test_kinds_of_targets(y, outputs, loss, classes):
    found = read_targets(y, outputs, loss)
    assert found is not None
    assert found.classes == classes


@pytest.mark.parametrize(
    ("y", "outputs"),
    [
        (np.zeros((3, 4)), np.zeros((3, 4))),
        (np.zeros((3, 2, 2)), np.zeros((3, 2, 2))),
        (["a", "b", "c"], np.zeros((3, 3))),
        ([0, 1, 5], np.zeros((3, 3))),
        ([0, 1, 2], [np.zeros((3, 1)), np.zeros((3, 1))]),
    ],
)
def test_other_targets_are_left_alone(y, outputs):
    assert read_targets(y, outputs, "mse") is None


def test_logits_and_probabilities_are_one_thing():
    logits = np.random.default_rng(1).normal(size=(5, 4))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(log_probabilities(logits), np.log(shares), rtol=1e-6)
    np.testing.assert_allclose(log_probabilities(shares), np.log(shares), rtol=1e-6)
    assert known_name("val_binary_accuracy") == "accuracy"
