"""What may be submitted to the service."""

from __future__ import annotations

import pytest

from pipelines.service.submission import read_submission, submit
from tuning import Client, JobError

GOOD = "recipe: digits-mlp\nstudy: small\ntrials: 4\n"


@pytest.fixture
def client(tmp_path):
    return Client(root=tmp_path / "mlruns")


def write(tmp_path, text, name="job.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_job_is_queued_under_its_study_with_its_text(tmp_path, client):
    job = submit(write(tmp_path, GOOD), client, priority=2)
    assert (job.name, job.state, job.priority, job.trials) == ("small", "queued", 2, 4)
    assert job.text == GOOD


def test_a_name_of_its_own_wins_and_the_file_is_the_last_resort(tmp_path, client):
    assert submit(write(tmp_path, GOOD), client, name="mine").name == "mine"
    text = GOOD.replace("study: small\n", "")
    assert submit(write(tmp_path, text, "night.yaml"), client).name == "night"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("storage: sqlite:///elsewhere.db", r"job.yaml:4: a submitted job has no `storage`"),
        ("tracking: http://elsewhere", r"job.yaml:4: a submitted job has no `tracking`"),
        ("trails: 5", r"job.yaml:4: .*Did you mean 'trials'"),
        ("space: {units: {int: [1, 9]}}", "units"),
        ("data: ../../etc/passwd", r"job.yaml:4: data of a submitted job lie in the data folder"),
        ("data: {path: /etc/passwd}", r"job.yaml:4: data of a submitted job lie in"),
    ],
)
def test_rules_2_to_4_what_is_wrong_is_refused_with_its_line(tmp_path, client, line, message):
    with pytest.raises((JobError, ValueError), match=message):
        submit(write(tmp_path, GOOD + line + "\n"), client)
    assert client.jobs() == []


def test_rule_3_a_link_out_of_the_data_folder_is_followed(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "link").symlink_to("/etc")
    monkeypatch.setenv("COOKBOOK_DATA", str(folder))
    text = "recipe: tabular\ntrials: 2\ndata: {path: %s, target: y}\n"
    assert read_submission(text % "table.csv", name="a").data == {
        "path": "table.csv",
        "target": "y",
    }
    with pytest.raises(JobError, match="lie in the data folder"):
        read_submission(text % "link/passwd", name="a")


def test_rule_1_functions_come_from_allowed_modules_only(monkeypatch):
    text = "function: os:system\ntrials: 2\nobjective: loss\nspace: {x: [0, 1]}\n"
    with pytest.raises(JobError, match=r"job:1: functions of the module 'os' are not allowed"):
        read_submission(text, name="a")
    monkeypatch.setenv("COOKBOOK_MODULES", "ours.models, os")
    assert read_submission(text, name="a").function == "os:system"
    with pytest.raises(JobError, match=r"'osx' are not allowed here \(allowed: ours.models, os\)"):
        read_submission(text.replace("os:", "osx:"), name="a")


def test_changes_win_over_the_text():
    assert read_submission(GOOD, name="b", changes={"trials": 9}).trials == 9
