"""MLflow away at the end of a search: what it lacks is said, kept, and sent once by `sync`."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from pipelines.jobs.api import tune
from pipelines.jobs.mlflow.delivery import Delivery, kept_delivery
from pipelines.jobs.mlflow.review import sync_study
from pipelines.serving.keras_models import load_keras_model
from tuning import open_study
from tuning.tracking import default_tracking_uri, load_python_model
from tuning.tracking.quiet import connect

pytestmark = pytest.mark.service

NOBODY = "http://127.0.0.1:9"  # the port "discard": nobody listens
REGISTER = {"name": "digits", "alias": "champion"}
SMALL = {"trials": 2, "strategy": "random", "pruner": "none", "workers": 1}


def last(done):
    return json.loads(done.out.strip().splitlines()[-1])


@pytest.mark.exhaustive
@pytest.mark.usefixtures("ready_mlflow")
def test_sync_sends_the_end_of_a_search_once(program_in_place, tmp_path):
    program, job = program_in_place, tmp_path / "digits.yaml"
    job.write_text(yaml.safe_dump({"recipe": "digits-mlp", "register": REGISTER, **SMALL}))
    done = program("tune", job, "--tiny", "--tracking-uri", NOBODY)
    [line] = [line for line in done.err.splitlines() if "still lacks" in line]
    for part in ("2 finished trials", "refitted model", "figures", "metrics", "digits@champion"):
        assert part in line
    assert "`cookbook sync digits`" in line
    again = program("tune", job, "--tiny", "--tracking-uri", NOBODY, "--json")
    assert "the registration as digits@champion" in last(again)["unsent"]

    sent = last(program("sync", "digits", "--json"))
    assert sent["created"] == 2
    assert sent["sent"][0] == "the refitted model"
    uri = default_tracking_uri(tmp_path / "mlruns")
    client = connect(uri)
    run = client.get_run(sent["run_id"])
    final = last(again)["final"]
    accuracy = run.data.metrics["test_accuracy"]
    assert accuracy == pytest.approx(final["test_metrics"]["accuracy"])
    figures = [file.path for file in client.list_artifacts(sent["run_id"], "figures")]
    assert {"figures/refit_history.png", "figures/confusion.png"} <= set(figures)
    assert client.get_model_version_by_alias("digits", "champion").run_id == sent["run_id"]
    loaded = load_python_model(uri, "models:/digits@champion")
    assert len(loaded.predict(np.zeros((2, 8, 8, 1), np.uint8))) == 2

    more = last(program("sync", "digits", "--json"))
    assert (more["sent"], more["unsent"], more["created"], more["updated"]) == ([], [], 0, False)
    assert len(client.search_model_versions("name='digits'")) == 1
    now = last(program("tune", job, "--tiny", "--tracking-uri", NOBODY, "--json"))
    assert (now["unsent"], now["run_id"]) == ([], sent["run_id"])


def build(hp):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(hp.Int("units", 1, 3))])
    model.compile("sgd", "mse")
    return model


@pytest.mark.exhaustive
def test_the_winner_of_a_build_function_is_sent_later(tmp_path, put_mlflow):
    put_mlflow(tmp_path)
    x = np.zeros((20, 4), np.float32)
    result = tune(
        build, (x, x[:, :1]), root=tmp_path, epochs=1, register=REGISTER, tracking=NOBODY, **SMALL
    )
    assert "the refitted model" in result.unsent
    url = f"sqlite:///{tmp_path / 'studies.db'}"
    uri = default_tracking_uri(tmp_path)
    done = sync_study(open_study(result.study, url), url, uri)
    assert done["sent"] == ["the refitted model", "the registration as digits@champion"]
    loaded = load_keras_model(uri, "models:/digits@champion")
    assert loaded.count_params() == result.model().count_params()
    assert sync_study(open_study(result.study, url), url, uri)["sent"] == []


EXAMPLES = [
    np.arange(8, dtype=np.uint8).reshape(2, 2, 2),
    pd.DataFrame({"age": [30, 41], "town": ["Ulm", None], "kind": pd.Categorical(["a", "b"])}),
    pd.DataFrame({"mixed": [1, "two"], "number": [0.5, 1.5]}),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=["array", "table", "mixed"])
def test_an_example_is_kept_with_its_types(tmp_path, example):
    from pipelines.jobs.mlflow.delivery import FOLDER
    from pipelines.training.examples import read_example

    (tmp_path / "model.keras").touch()
    delivery = Delivery(kind="recipe", registration={"register": "a", "alias": None})
    answers = pd.DataFrame({"prediction": ["a", "b"], "probability": np.float32([0.5, 0.75])})
    delivery.keep(tmp_path, (example, answers), texts={"notes/data.txt": "one\n"})
    assert kept_delivery(tmp_path) == delivery
    found, outputs = read_example(tmp_path / FOLDER)
    pd.testing.assert_frame_equal(outputs, answers)
    if isinstance(example, pd.DataFrame):
        kept = [name for name in example if name != "mixed"]
        pd.testing.assert_frame_equal(found[kept], example[kept])
        assert list(found.columns) == list(example.columns)
    else:
        assert found.dtype == example.dtype
        np.testing.assert_array_equal(found, example)


def test_a_half_written_delivery_is_none(tmp_path):
    (tmp_path / "model.keras").touch()
    assert kept_delivery(tmp_path) is None
