"""Progress goes to standard error: a bar for people, lines for log files."""

from __future__ import annotations

import dataclasses
import re
import time

import pytest

from pipelines import heartbeat, progress_bar
from pipelines.jobs.progress import SearchProgress
from pipelines.progress_bar import LINE
from pipelines.training import progress as module
from pipelines.training.progress import EpochProgress
from pipelines.training.run import TrainRequest
from tuning import Progress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that a test may move."""
    now = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    return now


def test_a_log_file_gets_a_line_an_epoch(clock, capsys):
    with EpochProgress(TrainRequest(recipe="digits-cnn")) as progress:
        progress.step(0.5, 2, {"loss": 1.5})
        clock[0] = 150.0
        progress.update(1, 2, {"loss": 1.25, "val_loss": 1.75})
        progress.update(2, 2, {"loss": 1.0})
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "epoch 1/2  loss 1.25  val_loss 1.75  150.0 s",
        "epoch 2/2  loss 1  0.0 s",
        "testing and recording ...",
    ]


@pytest.fixture
def hasty(monkeypatch):
    """Signs of life after hundredths of a second instead of seconds."""
    monkeypatch.setattr(heartbeat, "_TICK", 0.005)
    monkeypatch.setattr(heartbeat, "_FIRST", 0.01)
    monkeypatch.setattr(heartbeat, "_SHORTEST", 0.02)


@pytest.mark.usefixtures("hasty")
def test_a_log_says_what_still_goes_on(clock, capsys):
    with EpochProgress(TrainRequest(recipe="digits-cnn")) as progress:
        lines_until(capsys, r"\.\.\. loading data and tracing the model  \d+ s")
        clock[0] = 5.0
        progress.step(1.25, 2, {"loss": 1.5})
        lines_until(capsys, r"\.\.\. epoch 1.25/2  25% of epoch 2  loss 1.5  \d+ s")
        progress.note("Refitting ...")
        lines_until(capsys, r"\.\.\. \d+ s")
    with SearchProgress() as progress:
        for running in (1, 2):
            progress.update(Progress(study="s", total=4, complete=1, running=running))
        lines_until(capsys, r"\.\.\. trials 1/4  2 running  0 pruned  \d+ s")


@pytest.mark.usefixtures("hasty")
def test_a_notebook_sees_that_something_goes_on_and_keeps_the_last_state(monkeypatch, capsys):
    monkeypatch.setattr(progress_bar, "surface_for", lambda _: LINE)
    with SearchProgress() as progress:
        lines_until(capsys, r"starting the workers  \d+ s")
        progress.update(Progress(study="s", total=4, complete=1, running=2))
        lines_until(capsys, r"trials 1/4  2 running  0 pruned  \d+ s")
    assert capsys.readouterr().out.rstrip().endswith("\rtrials 1/4  2 running  0 pruned")


def test_signs_of_life_become_rarer():
    assert [heartbeat.pause_after(seconds) for seconds in (0, 40, 100, 10_000)] == [4, 4, 10, 60]


def lines_until(capsys, pattern):
    """What is printed until a line matches; a test's time limit ends the waiting."""
    shown = ""
    while not any(re.fullmatch(pattern, line.strip()) for line in re.split(r"[\r\n]", shown)):
        time.sleep(0.01)
        captured = capsys.readouterr()
        shown += captured.err + captured.out
    return shown


def last_line(capfd):
    """What stands in the terminal at the end, without colours."""
    written = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capfd.readouterr().err)
    return [line for line in re.split(r"[\r\n]+", written) if line.strip()][-1].rstrip()


def test_a_log_of_a_search_that_time_ends_counts_its_trials(capsys):
    with SearchProgress() as progress:
        progress.update(Progress(study="s", total=None, complete=3, remaining_seconds=40.0))
    (line, *_) = capsys.readouterr().err.splitlines()
    assert line == "trials 3  about 40 s left  0 running  0 pruned"


def test_a_terminal_of_80_columns_keeps_counts_and_the_time_left(monkeypatch, capfd):
    for name, value in {"FORCE_COLOR": "1", "COLUMNS": "80", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    with EpochProgress(TrainRequest(recipe="digits-cnn")) as progress:
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
    assert "best 0.97  about 4000 s left  2 running" in line
