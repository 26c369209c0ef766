"""A long trial goes on where another worker stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from cookbook.callbacks.state import TrainingState
from tests.service.support import ROOT, wait_until
from tuning import Client, open_study
from tuning.storage.records import read_trials

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(280)]
JOB = """\
recipe: digits-mlp
epochs: 400
strategy: random
pruner: none
trials: 1
"""


class Machines:
    """Workers with folders of their own, one store and one folder of checkpoints."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0
        self.workers = []
        self.client = Client(root=folder / "store")
        self.checkpoints = folder / "checkpoints"

    def start(self):
        self.count += 1
        place = self.folder / f"machine-{self.count}"
        place.mkdir()
        command = [sys.executable, "-m", "pipelines.cli", "worker", "--slots", "1", "--once"]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "COOKBOOK_STORAGE": self.client.url,
            "COOKBOOK_CHECKPOINTS": str(self.checkpoints),
        }
        return subprocess.Popen([*command, "--no-tracking"], cwd=place, env=environment)

    def epoch(self):
        """Finished epochs of the trial that was interrupted."""
        (file,) = (self.checkpoints / "broken" / "00000").glob("[!.]*.npz")
        return TrainingState.load(file).epoch

    def run_until(self, epochs, number):
        """Lets a worker train for some epochs, and sends it a signal; returns what it left."""
        worker = self.start()
        self.workers.append(worker)
        wait_until(lambda: list(self.checkpoints.glob("broken/00000/[!.]*.npz")), 60)
        before = self.epoch()
        wait_until(lambda: self.epoch() >= before + epochs, 60)
        worker.send_signal(number)
        worker.wait(30)
        time.sleep(3.0)  # a worker that was killed leaves trials that end two seconds later
        return self.epoch()

    def trial(self, name):
        (found,) = read_trials(open_study(name, self.client.url))
        return found


@pytest.fixture
def machines(tmp_path):
    found = Machines(tmp_path)
    yield found
    for worker in found.workers:
        worker.kill()
        worker.wait()


def test_a_trial_goes_on_after_a_kill_and_after_sigterm(machines):
    machines.client.submit(JOB, name="broken", trials=1)
    killed = machines.run_until(10, signal.SIGKILL)
    stopped = machines.run_until(10, signal.SIGTERM)
    assert 10 < killed < stopped < 400
    machines.client.submit(JOB, name="whole", trials=1)
    assert machines.start().wait(150) == 0
    broken, whole = machines.trial("broken"), machines.trial("whole")
    assert broken.notes["resumed_after"] == stopped
    assert "resumed_after" not in whole.notes
    assert broken.seed == whole.seed
    assert dict(broken.metrics) == dict(whole.metrics)
    assert dict(broken.history) == dict(whole.history)
    assert list(broken.history["step"]) == list(range(1, 401))
    assert not list(machines.checkpoints.rglob("*.npz"))
