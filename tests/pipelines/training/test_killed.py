"""A training whose process was killed goes on in another one as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from cookbook.callbacks.state import TrainingState
from pipelines import train
from tests.pipelines.conftest import REPOSITORY

EPOCHS = 60
SECONDS = 110.0
TRAINING_ROWS = 1257


@pytest.mark.exhaustive
@pytest.mark.usefixtures("ready_mlflow", "rewritten_graphs")
def test_a_killed_training_ends_with_the_bits_of_an_uninterrupted_one(tmp_path, put_mlflow):
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "train", "digits-mlp", "--epochs", str(EPOCHS)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        checkpoint = _wait_for_checkpoint(tmp_path / "mlruns" / "checkpoints", process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    saved = TrainingState.load(checkpoint)
    done = saved.epoch
    (before,) = (memory["seconds"] for kind, memory in saved.callbacks if kind == "EpochClock")
    (checkpoint.parent / f".{checkpoint.name}.{process.pid}.partial").write_bytes(b"half")
    assert 1 <= done < EPOCHS, "the kill must hit a running training"

    trained = []
    options = {"params": {"epochs": EPOCHS}, "on_epoch": lambda epoch, *_: trained.append(epoch)}
    began = time.perf_counter()
    resumed = train("digits-mlp", root=tmp_path / "mlruns", **options)
    here = time.perf_counter() - began
    assert trained == list(range(done + 1, EPOCHS + 1))
    assert not list(checkpoint.parent.iterdir())
    # The killed process' epochs count, in the time and in the rate.
    assert 0 < before < resumed.seconds < before + here
    assert resumed.samples_per_second == pytest.approx(TRAINING_ROWS * EPOCHS / resumed.seconds)
    trained.clear()
    whole = train("digits-mlp", root=put_mlflow(tmp_path / "other"), **options)
    assert len(trained) == EPOCHS
    # Equal, not close.
    assert resumed.history == whole.history
    assert resumed.metrics == whole.metrics
    assert resumed.test_metrics == whole.test_metrics
    for ours, theirs in zip(
        resumed.model().get_weights(), whole.model().get_weights(), strict=True
    ):
        assert ours.tobytes() == theirs.tobytes()


def _wait_for_checkpoint(folder, process):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = sorted(folder.glob("*.npz")) if folder.exists() else []
        if found:
            return found[0]
        assert process.poll() is None, "the training ended before it was killed"
        time.sleep(0.01)
    raise AssertionError("no checkpoint appeared")
