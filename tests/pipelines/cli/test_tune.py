"""`cookbook tune` from start to end, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.pipelines.conftest import digits_command
from tests.stored_trials import finished_trials

pytestmark = [pytest.mark.service, pytest.mark.timeout(600)]

OPTIONS = ("--tiny", "--strategy", "random", "--pruner", "none", "--workers", "1")
LONG = ("tune", "digits-cnn", *OPTIONS, "--trials", "6", "--set", "epochs=6")


def _last_line(done):
    return json.loads(done.out.strip().splitlines()[-1])


def test_a_search_ends_with_one_json_object_and_a_second_call_trains_nothing(
    digits_search, program
):
    first = json.loads((digits_search / "out.json").read_text())  # nothing else was printed
    assert first["n_trials"] == 2
    assert 0 < first["best_value"] <= 1
    assert set(first["best_params"]) >= {"learning_rate", "optimizer"}
    assert 0 < first["test_metrics"]["accuracy"] <= 1
    assert first["run_id"]
    assert first["final"]["test_reads"] == 1
    assert (digits_search / first["final"]["model_path"]).exists()
    # Only the study is read. That one more trial goes on from it, `test_stored_by_0_1_0` shows.
    assert _last_line(program(*digits_command(digits_search))) == first


@pytest.mark.exhaustive
@pytest.mark.usefixtures("ready_mlflow")
def test_an_interrupted_search_goes_on_and_ends_with_the_exact_number(program_in_place, tmp_path):
    command = [sys.executable, "-m", "pipelines.cli", *LONG]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    try:
        _wait_for(lambda: finished_trials(tmp_path / "mlruns") >= 1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=240)
    finally:
        process.kill()  # nothing happens to one that has ended
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors
    assert b"goes on" in errors
    done = finished_trials(tmp_path / "mlruns")
    assert 1 <= done < 6

    result = _last_line(program_in_place(*LONG, "--json"))
    assert result["n_trials"] == 6
    assert result["states"] == {"complete": 6}


def _wait_for(condition, seconds=240.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
