"""The process of an ending lives no longer than its worker."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from tests.service.support import ROOT, wait_until
from tests.tuning.workers.support import is_gone

ENDING = """
import pathlib, subprocess, sys
from tuning.service.endings import end_with_worker
end_with_worker()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
pathlib.Path("child").write_text(f"{child.pid} ")
child.wait()
"""
WORKER = """
import pathlib, sys, time
from tuning.service.endings import EndProcesses
ends = EndProcesses(pathlib.Path("ends"))
ends.start("job", [sys.executable, "-c", sys.argv[1]], retry_after=1.0)
if sys.argv[2] == "stop":
    while not pathlib.Path("seen").exists():
        time.sleep(0.01)
    ends.stop()
time.sleep(100)
"""


@pytest.fixture
def start(tmp_path):
    """Starts a worker with an ending; returns it with what the ending started."""
    started = []

    def run(how):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, ENDING, how], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}
        )
        started.append(worker)
        file = tmp_path / "child"
        wait_until(lambda: file.exists() and file.read_text().endswith(" "), 60)
        child = psutil.Process(int(file.read_text()))
        (tmp_path / "seen").touch()
        return worker, child

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_an_ending_and_what_it_started_end_with_their_worker(start, how):
    worker, child = start("live" if how == "kill" else how)
    if how == "kill":
        assert not is_gone(child)
        worker.kill()
    wait_until(lambda: is_gone(child), 30)
