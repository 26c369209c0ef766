"""`register: {name, alias}`: the winner is a version of a registered model that loads."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pipelines.jobs.api import tune
from pipelines.serving.keras_models import load_keras_model
from tuning.tracking import default_tracking_uri, load_python_model
from tuning.tracking.quiet import connect

pytestmark = [pytest.mark.service, pytest.mark.exhaustive]


def test_the_winner_of_a_build_function_is_registered(tmp_path, put_mlflow):
    put_mlflow(tmp_path)

    def build(hp):
        import keras

        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(hp.Int("units", 1, 3))])
        model.compile("sgd", "mse")
        return model

    x = np.zeros((20, 4), np.float32)
    result = tune(
        build, (x, x[:, :1]), root=tmp_path, trials=2, epochs=1, pruner="none", workers=1,
        register={"name": "line", "alias": "champion"},
    )  # fmt: skip
    uri = default_tracking_uri(tmp_path)
    assert connect(uri).get_model_version_by_alias("line", "champion").run_id == result.run_id
    loaded = load_keras_model(uri, "models:/line@champion")
    assert loaded.count_params() == result.model().count_params()


def test_the_winner_of_a_recipe_is_registered_under_its_alias(digits_search):
    result = json.loads((digits_search / "out.json").read_text().splitlines()[-1])
    uri = default_tracking_uri(digits_search / "mlruns")
    version = connect(uri).get_model_version_by_alias("digits", "champion")
    assert version.run_id == result["run_id"]
    assert version.description.startswith(result["final"]["verdict"])
    assert f"runs:/{result['run_id']}/model" in version.description
    loaded = load_python_model(uri, "models:/digits@champion")
    images = np.zeros((2, 8, 8, 1), np.uint8)  # raw pixels, as the signature says
    assert len(loaded.predict(images)) == 2
