"""What MLflow lacks of a finished job is sent until it has everything."""

from __future__ import annotations

import shutil
import socket

import mlflow
import optuna
import pytest

from pipelines.service.catch_up import catch_up
from tuning.storage.database import open_storage
from tuning.tracking import default_tracking_uri


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path / 'studies.db'}"
    study = optuna.create_study(study_name="late", storage=open_storage(url))
    for value in (1.0, 2.0):
        study.add_trial(optuna.trial.create_trial(value=value))
    return url


def test_a_silent_server_is_named_and_a_later_call_sends_everything(url, tmp_path, empty_mlflow):
    notes: list[str] = []
    with socket.socket() as taken:  # bound, not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert not catch_up("late", url, away, note=notes.append, patience=0.5)
    assert "`cookbook sync late` sends it" in notes[0]
    shutil.copy(empty_mlflow, tmp_path / "mlflow.db")
    uri = default_tracking_uri(tmp_path)
    assert catch_up("late", url, uri, note=notes.append)
    assert notes[1:] == ["MLflow has everything of this job."]
    runs = mlflow.MlflowClient(uri).search_runs(["1"])
    assert len(runs) == 3  # the study and its two trials
