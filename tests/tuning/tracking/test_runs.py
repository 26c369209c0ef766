import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from tuning.tracking import (
    Tracker,
    TrackingError,
    load_python_model,
    log_python_model,
)
from tuning.tracking.models import describe_model
from tuning.tracking.quiet import default_uris


def test_a_run_holds_what_was_logged(tracking_uri: str, tmp_path: Path) -> None:
    tracker = Tracker(tracking_uri, experiment="train")
    with tracker.start("first", params={"units": 32}, tags={"recipe": "digits"}) as run:
        run.log(metrics={"test_accuracy": 0.9}, history={"step": [1, 2], "loss": [2.0, 1.0]})
        run.figure(Figure(), "figures/empty.png")
        run.text("hello", "notes.md")
        (tmp_path / "table.csv").write_text("a,b\n")
        run.file(tmp_path / "table.csv", "tables")
    stored = tracker.client.get_run(run.run_id)
    assert stored.info.status == "FINISHED"
    assert stored.data.params == {"units": "32"}
    assert stored.data.tags["recipe"] == "digits"
    assert stored.data.metrics == {"test_accuracy": 0.9, "loss": 1.0}
    assert [m.step for m in tracker.client.get_metric_history(run.run_id, "loss")] == [1, 2]
    assert f"/#/experiments/{tracker.experiment_id}/runs/{run.run_id}?workflow" in run.url
    assert (tmp_path / "artifacts" / run.run_id / "artifacts" / "tables" / "table.csv").exists()


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("no"), "FAILED"), (KeyboardInterrupt(), "KILLED")]
)
def test_a_run_ends_with_its_block(tracking_uri: str, error: BaseException, status: str) -> None:
    tracker = Tracker(tracking_uri, experiment="train")
    with pytest.raises(type(error)), tracker.start("first") as run:
        raise error
    assert tracker.client.get_run(run.run_id).info.status == status


def test_more_than_one_batch_holds(tracking_uri: str) -> None:
    run = Tracker(tracking_uri, experiment="train").start("big")
    params = {f"p{i}": i for i in range(250)}
    run.log(params=params, tags={f"t{i}": i for i in range(150)}, history={"x": [1.0] * 1700})
    stored = run.tracker.client.get_run(run.run_id)
    assert len(stored.data.params) == 250
    assert sum(name.startswith("t") for name in stored.data.tags) == 150
    assert len(run.tracker.client.get_metric_history(run.run_id, "x")) == 1700


def test_a_deleted_experiment_is_restored(tracking_uri: str) -> None:
    first = Tracker(tracking_uri, experiment="train")
    first.client.delete_experiment(first.experiment_id)
    again = Tracker(tracking_uri, experiment="train")
    assert again.experiment_id == first.experiment_id
    again.start("works")


def test_a_changed_parameter_is_refused(tracking_uri: str) -> None:
    run = Tracker(tracking_uri, experiment="train").start("first", params={"a": 1})
    with pytest.raises(TrackingError, match="did not accept"):
        run.log(params={"a": 2})


MODEL_CODE = """
import json

import mlflow
import numpy as np


class Scale(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        with open(context.artifacts["factor"]) as file:
            self.factor = json.load(file)

    def predict(self, context, model_input: np.ndarray, params=None):
        return model_input * self.factor


mlflow.models.set_model(Scale())
"""


def test_a_python_model_travels_with_its_files_and_no_pickle(
    tracking_uri: str, tmp_path: Path
) -> None:
    (tmp_path / "scale.py").write_text(MODEL_CODE)
    (tmp_path / "factor.json").write_text(json.dumps(3.0))
    run = Tracker(tracking_uri, experiment="train").start("first")
    example = np.ones((2, 2), dtype="float32")
    model = log_python_model(
        run,
        code_path=tmp_path / "scale.py",
        artifacts={"factor": tmp_path / "factor.json"},
        signature=(example, example),
        input_example=example,
        pip_requirements=["numpy"],
        register="scale",
        alias="champion",
    )
    assert (model.name, model.version) == ("scale", "1")
    describe_model(run, model, "Three times as much.")
    version = run.tracker.client.get_model_version("scale", "1")
    assert version.description == "Three times as much."
    assert run.tracker.client.get_registered_model("scale").description == version.description
    (tmp_path / "factor.json").unlink()  # the model has its own copy
    for uri in (model.uri, "models:/scale@champion", "models:/scale/1"):
        loaded = load_python_model(tracking_uri, uri)
        np.testing.assert_array_equal(loaded.predict(example), 3.0 * example)
    files = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert not [name for name in files if name.endswith((".pkl", ".pickle"))]
    logged = run.tracker.client.get_logged_model(model.model_id)
    assert logged.source_run_id == run.run_id
    assert logged.experiment_id == run.tracker.experiment_id
    assert logged.status == "READY"


def test_pickles_are_refused(tracking_uri: str, tmp_path: Path) -> None:
    run = Tracker(tracking_uri, experiment="train").start("first")
    with pytest.raises(ValueError, match="must not be a pickle"):
        log_python_model(
            run,
            code_path="model.py",
            artifacts={"scaler": tmp_path / "scaler.pkl"},
            signature=None,
            pip_requirements=[],
        )


@pytest.mark.exhaustive
def test_mlflow_is_imported_only_when_used_and_says_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, tuning, tuning.tracking, tuning.report\n"
        "from tuning.tracking import Mirror, default_tracking_uri, git_commit, mask_credentials\n"
        "assert not {'mlflow', 'matplotlib', 'tensorflow', 'keras'} & set(sys.modules)\n"
        "from tuning.tracking import Tracker\n"
        "uri = default_tracking_uri(sys.argv[1])\n"
        "Tracker(uri, experiment='x').start('y', params={'a': 1}).finish()\n"
        "assert not {'tensorflow', 'keras', 'torch'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_logging_a_model_leaves_the_environment_as_it_was(
    tracking_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "http://given")
    with default_uris(tracking_uri):
        assert os.environ["MLFLOW_TRACKING_URI"] == tracking_uri
    assert "MLFLOW_TRACKING_URI" not in os.environ
    assert os.environ["MLFLOW_REGISTRY_URI"] == "http://given"


def test_a_table_of_runs_shows_the_value_of_the_best_epoch(tracking_uri: str) -> None:
    from tuning.tracking.content import Point, RunContent

    points = [Point("val_loss", value, moment, moment) for moment, value in ((1, 0.2), (2, 0.9))]
    content = RunContent(
        name="trial",
        status="FINISHED",
        start=0,
        end=2,
        params={},
        tags={},
        metrics=[*points, Point("val_loss", 0.2, 3, 2)],
    )
    run = Tracker(tracking_uri, experiment="best").start("trial")
    run.fill(content)
    assert run.tracker.client.get_run(run.run_id).data.metrics["val_loss"] == 0.2
