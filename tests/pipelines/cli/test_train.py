"""`cookbook train` at Ctrl-C, in a process of its own."""

from __future__ import annotations

import functools
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = ("train", "iris-mlp", "--set", "epochs=100000", "--set", "patience=0")


@pytest.mark.exhaustive
@pytest.mark.usefixtures("ready_mlflow")
def test_an_interrupted_training_says_that_the_same_command_goes_on(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", *COMMAND],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        # A shell that starts the tests in the background lets them, and their children, ignore it.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        # The file of the first epoch is written before the second one ends.
        next(line for line in process.stderr if re.match("epoch (?!1/)", line))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()  # nothing happens to one that has ended
    assert process.returncode == 130, errors
    assert errors.rstrip().endswith("The same command goes on behind the last epoch that ended.")
    assert "Traceback" not in errors
    assert list(tmp_path.glob("mlruns/checkpoints/iris-mlp-*.npz"))
