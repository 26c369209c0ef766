"""What MLflow lacks of a finished job is sent until it has everything."""

from __future__ import annotations

import shutil
import socket

import mlflow
import optuna
import pytest

from pipelines.service.catch_up import catch_up
from pipelines.service.serve import Service, end_job
from tuning import Client, search
from tuning.service.job_record import DONE, RUNNING
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


JOB = """\
function: tests.service.objectives:parabola
objective: [loss, minimize]
space: {x: {float: [0.0, 1.0]}}
strategy: random
pruner: none
trials: 2
"""


@pytest.mark.slow
def test_what_the_mirror_has_sent_is_not_gone_through_again(tmp_path, put_mlflow, monkeypatch):
    monkeypatch.setenv("COOKBOOK_MODULES", "tests.service.objectives")
    root = put_mlflow(tmp_path)
    client = Client(root=root)
    client.submit(JOB, name="job", trials=2)
    client.queue.move("job", RUNNING)
    service = Service(client.url, root)
    plan = service.plan(client.queue.job("job")).identified()
    search(plan.target.objective(plan.settings), plan.target.space, plan.settings)
    end_job("job", client, service)
    assert client.status("job").job.state == DONE
    runs = mlflow.MlflowClient(default_tracking_uri(root)).search_runs(["1"])
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert len(runs) == 3
    assert not any("MLflow" in line.text for line in client.lines("job"))  # `catch_up` says one
