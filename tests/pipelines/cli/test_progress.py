"""Progress goes to standard error: a bar for people, lines for log files."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pipelines.training import progress as module
from pipelines.training.progress import EpochProgress

pytestmark = pytest.mark.usefixtures("ready_mlflow")


@pytest.fixture
def clock(monkeypatch):
    """Seconds that a test may move."""
    now = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    return now


def test_a_log_file_gets_a_line_a_minute_within_an_epoch_and_one_at_its_end(clock, capsys):
    with EpochProgress() as progress:
        for clock[0], done in ((30.0, 0.125), (61.0, 0.25), (100.0, 0.5), (122.0, 0.75)):
            progress.step(done, 2, {"loss": 1.5})
        clock[0] = 150.0
        progress.update(1, 2, {"loss": 1.25, "val_loss": 1.75})
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "epoch 0.25/2  loss 1.5",
        "epoch 0.75/2  loss 1.5",
        "epoch 1/2  loss 1.25  val_loss 1.75  150.0 s",
    ]


@pytest.mark.exhaustive
def test_json_stands_alone_on_standard_output_and_progress_on_standard_error(tmp_path):
    command = [sys.executable, "-m", "pipelines.cli", "train", "wine-mlp", "--tiny", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["recipe"] == "wine-mlp"
    assert "epoch 1/" in done.stderr
