"""A job in MLflow, from its submission to its end, in one run."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime
from pathlib import Path

import optuna
import pytest

from pipelines.service.board import Board, show
from pipelines.service.serve import Service, _adopt
from tuning import Client
from tuning.storage.database import open_storage
from tuning.tracking import Tracker, default_tracking_uri, sync

TEXT = "recipe: digits-mlp\nstudy: job\ntrials: 2\n"


@pytest.fixture
def client(tmp_path, empty_mlflow):
    shutil.copy(empty_mlflow, tmp_path / "mlflow.db")
    return Client(root=tmp_path)


@pytest.fixture
def service(client, tmp_path):
    return Service(client.url, Path(tmp_path))


def runs(tmp_path, experiment="digits-mlp"):
    tracker = Tracker(default_tracking_uri(tmp_path), experiment=experiment)
    return tracker.client.search_runs([tracker.experiment_id])


def test_a_job_is_one_run_from_its_submission_on(client, service, tmp_path):
    job = client.submit(TEXT, name="job", trials=2, submitter="ada")
    assert show(job, client, service)
    assert show(job, client, service)  # a second call adds nothing
    (run,) = runs(tmp_path)
    assert (run.info.status, run.info.run_name) == ("SCHEDULED", "job")
    assert run.info.start_time == int(job.submitted * 1000)
    assert run.data.tags["job.submitter"] == "ada"
    client.queue.move("job", "running")
    optuna.create_study(study_name="job", storage=open_storage(client.url))
    _adopt("job", client.url, job.mark)
    study = optuna.load_study(study_name="job", storage=open_storage(client.url))
    study.set_user_attr("provenance", {"experiment": "digits-mlp", "dataset": "digits",
                                       "fingerprint": "f" * 64})  # fmt: skip
    study.add_trial(optuna.trial.create_trial(value=1.0))
    report = sync(client.url, "job", default_tracking_uri(tmp_path), files=False)
    assert report.run_id == run.info.run_id
    trial, parent = sorted(runs(tmp_path), key=lambda one: one.data.tags["role"], reverse=True)
    assert trial.data.tags["mlflow.parentRunId"] == parent.info.run_id == run.info.run_id
    assert parent.data.tags["dataset"] == "digits"
    assert [one.dataset.name for one in parent.inputs.dataset_inputs] == ["digits"]


@pytest.mark.parametrize(
    ("state", "status"), [("cancelled", "KILLED"), ("failed", "FAILED"), ("paused", "SCHEDULED")]
)
def test_what_becomes_of_a_job_is_shown(client, service, tmp_path, state, status):
    show(client.submit(TEXT, name="job", trials=2), client, service)
    client.queue.move("job", "running")
    client.queue.move("job", state, reason="because")
    show(client.queue.job("job"), client, service)
    (run,) = runs(tmp_path)
    assert run.info.status == status
    assert run.data.tags.get("job.reason") == "because"
    ended = run.info.end_time
    assert (ended is None) == (state == "paused")
    assert ended is None or datetime.fromtimestamp(ended / 1000).year > 2000


def test_a_job_that_is_wrong_has_a_run_that_says_so(client, service, tmp_path):
    client.submit("recipe: nothing\n", name="wrong")
    client.queue.move("wrong", "failed", reason="No recipe named 'nothing'.")
    show(client.queue.job("wrong"), client, service)
    (run,) = runs(tmp_path, "wrong")
    assert (run.info.status, run.data.tags["job.reason"]) == (
        "FAILED",
        "No recipe named 'nothing'.",
    )


@pytest.mark.slow
def test_a_worker_shows_what_changes(client, service, tmp_path):
    client.submit(TEXT, name="one", trials=2)
    client.submit(TEXT, name="two", trials=2)
    board = Board(client, service)
    assert board.look()
    assert {run.info.status for run in runs(tmp_path)} == {"SCHEDULED"}
    client.cancel("two")
    assert board.look()
    found = {run.info.run_name: run.info.status for run in runs(tmp_path)}
    assert found == {"one": "SCHEDULED", "two": "KILLED"}


def test_a_board_whose_process_cannot_be_started_goes_on(client, service, tmp_path, monkeypatch):
    client.submit(TEXT, name="one", trials=2)
    program = sys.executable
    monkeypatch.setattr("pipelines.service.board._CLOSE_SECONDS", 100.0)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "away"))  # as where no process is free
    board = Board(client, service, seconds=0.01)
    with board:
        board._thread.join(timeout=0.5)
        monkeypatch.setattr(sys, "executable", program)
    assert {run.info.status for run in runs(tmp_path)} == {"SCHEDULED"}
