"""Progress goes to standard error: a bar for people, lines for log files."""

from __future__ import annotations

import dataclasses
import re

import pytest

from pipelines.jobs.progress import SearchProgress
from pipelines.training import progress as module
from pipelines.training.progress import EpochProgress
from tuning import Progress


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
        progress.update(2, 2, {"loss": 1.0})
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "epoch 0.25/2  loss 1.5",
        "epoch 0.75/2  loss 1.5",
        "epoch 1/2  loss 1.25  val_loss 1.75  150.0 s",
        "epoch 2/2  loss 1  0.0 s",
        "testing and recording ...",
    ]


def last_line(capfd):
    """What stands in the terminal at the end, without colours."""
    written = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capfd.readouterr().err)
    return [line for line in re.split(r"[\r\n]+", written) if line.strip()][-1].rstrip()


def test_a_terminal_of_80_columns_keeps_counts_and_the_time_left(monkeypatch, capfd):
    for name, value in {"FORCE_COLOR": "1", "COLUMNS": "80", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    with EpochProgress() as progress:
        progress.update(3, 12, {f"val_metric_{number}": 0.123 for number in range(9)})
    line = last_line(capfd)
    assert len(line) <= 80
    assert re.match(r"epoch  3/12 \S+ (\d:\d\d:\d\d|-:--:--) val_metric_0 0.123", line), line
    assert line.endswith("…")
    with SearchProgress() as progress:
        snapshot = Progress(study="s", total=1000, complete=980, pruned=12, running=2)
        progress.update(dataclasses.replace(snapshot, best_value=0.97, remaining_seconds=4000.0))
    line = last_line(capfd)
    assert len(line) <= 80
    assert "992/1000" in line
    assert "best 0.9700  about 4000 s left  2 running" in line
