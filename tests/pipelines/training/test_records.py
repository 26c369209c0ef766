"""A trained model is saved first and recorded second; what MLflow lacks is sent later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import train
from pipelines.serving.bundle import Bundle
from pipelines.training.records import waiting_records
from pipelines.training.run import TrainRequest
from tuning.tracking import Tracker, TrackingError, default_tracking_uri

ROOT = Path(__file__).parents[3]


def test_an_address_that_does_not_answer_is_refused_before_the_training(tmp_path):
    seen = []
    with pytest.raises(TrackingError, match="cannot be reached"):
        train(
            "wine-mlp",
            tiny=True,
            root=tmp_path,
            tracking="http://127.0.0.1:9",
            on_epoch=lambda *told: seen.append(told),
        )
    assert not seen
    assert not (tmp_path / "models").exists()


@pytest.mark.exhaustive
def test_a_model_that_mlflow_refused_is_kept_and_sent_later(tmp_path, program, put_mlflow):
    root = tmp_path / "mlruns"
    request = TrainRequest(recipe="wine-mlp", tiny=True, root=root)

    # A file where the runs' files should go: the run can be begun, and not finished.
    put_mlflow(root)
    in_the_way = root / "artifacts"
    in_the_way.write_text("")
    result = train("wine-mlp", tiny=True, root=root)
    in_the_way.unlink()
    assert (result.run_id, result.run_url) == ("", "")
    assert any("`cookbook sync` sends it" in note for note in result.notes)
    assert len(Bundle.load(result.model_path.parent).predict(_rows(request))) == 2
    assert [experiment for _, experiment in waiting_records(root)] == ["wine-mlp"]

    assert "wine-mlp" in program("sync").out
    (run,) = Tracker(default_tracking_uri(root), experiment="wine-mlp").search("role", "training")
    assert run.info.status == "FINISHED"
    assert run.data.metrics["test_accuracy"] == pytest.approx(result.test_metrics["accuracy"])
    assert (root / "models" / run.info.run_id / "model.keras").exists()
    assert "every training" in program("sync").out


def _rows(request):
    return request.data_request(request.load_recipe()).load().train.x.head(2)


@pytest.mark.slow
def test_two_trainings_at_once_in_an_empty_folder_both_succeed(tmp_path):
    command = [sys.executable, "-m", "pipelines.cli", "train", "wine-mlp", "--tiny", "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    started = [
        subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    ended = [(process.communicate(timeout=280), process.returncode) for process in started]
    assert [code for _, code in ended] == [0, 0, 0], [err.decode() for (_, err), _ in ended]
    tracker = Tracker(default_tracking_uri(tmp_path / "mlruns"), experiment="wine-mlp")
    assert len(tracker.search("role", "training")) == 3
