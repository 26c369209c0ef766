"""A `build(hp)` function that asks for more in a corner which no build before the search meets."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from pipelines.jobs.api import tune
from tuning import open_study
from tuning.storage.records import LEARNT

pytestmark = [pytest.mark.service, pytest.mark.slow]
RATE = 0.0123
CORNERS = {"points": [{"rate": RATE, "kind": "relu"}, {"rate": RATE, "kind": "tanh"}]}


def build(hp):
    rate, kind = hp.Float("rate", 1e-3, 1.0), hp.Choice("kind", ["relu", "tanh"])
    units = hp.Int("corner_units", 1, 1000) if rate == RATE else 4
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(units, kind), keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.SGD(rate / 100), loss="mse")
    return model


@pytest.fixture(scope="module")
def rows():
    x = np.random.default_rng(0).normal(size=(40, 2)).astype("float32")
    return x, x.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("folds", [None, 2])
def test_the_corner_is_recorded_and_the_space_grows(rows, folds, tmp_path):
    found = tune(
        build, rows, trials=6, epochs=1, workers=1, warm_start=CORNERS, strategy="random",
        pruner="none", folds=folds, root=tmp_path, study="corner", tracking=False, verbose=False,
    )  # fmt: skip
    assert found.search.states == {"complete": 6}
    for record in found.search.records:
        assert ("corner_units" in record.params) == (record.params["rate"] == RATE)
        units = record.params.get("corner_units", 4)
        assert record.metrics["parameters"] == 3 * units + units + 1  # what was trained
    study = open_study("corner", root=str(tmp_path))
    assert study.user_attrs[LEARNT]["corner_units"]["int"] == [1, 1000]
    for trial, record in zip(study.trials, found.search.records, strict=True):
        # It is suggested for every point, and kept of those that ask for it.
        assert set(trial.params) == set(record.params)
