"""Long trials and refits go on where another process stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest

from cookbook.callbacks.state import TrainingState
from pipelines.jobs.recipe.refit import RecipeRefit
from pipelines.recipes.registry import load_recipe
from pipelines.training.data import DataRequest
from tests.service import long_builds
from tests.service.support import ROOT, spawn, wait_until
from tests.service.test_interruptions import workers
from tuning import Client, open_study
from tuning.options import PoolOptions
from tuning.storage.records import RESULT, read_trials
from tuning.workers.calls import Call, calling_pool, run_calls

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
        (file,) = self.checkpoints.glob("*/broken/00000/[!.]*.npz")
        return TrainingState.load(file).epoch

    def run_until(self, epochs, number):
        """Lets a worker train for some epochs, and sends it a signal; returns what it left."""
        worker = self.start()
        self.workers.append(worker)
        self.wait_for("*/broken/00000/[!.]*.npz")
        before = self.epoch()
        wait_until(lambda: self.epoch() >= before + epochs, 60)
        worker.send_signal(number)
        worker.wait(30)
        time.sleep(3.0)  # a worker that was killed leaves trials that end two seconds later
        return self.epoch()

    def wait_for(self, pattern):
        """Files of checkpoints, once there are any."""
        wait_until(lambda: list(self.checkpoints.glob(pattern)), 120)
        return list(self.checkpoints.glob(pattern))

    def result(self, name):
        return open_study(name, self.client.url).user_attrs[RESULT]

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


def test_another_worker_goes_on_with_the_refit_of_a_killed_one(machines):
    # A small learning rate is best after many epochs: the refit takes as many.
    job = JOB + "params: {learning_rate: 1.0e-5}\n"
    machines.client.submit(job, name="broken", trials=1)
    worker = machines.start()
    machines.workers.append(worker)
    (file,) = machines.wait_for("*/broken/refits/[!.]*.npz")
    wait_until(lambda: TrainingState.load(file).epoch >= 10, 60)
    machine = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children(recursive=True)]
    worker.kill()  # alone: the process that ends the job, and all of theirs, end with it
    worker.wait()
    _, alive = psutil.wait_procs(machine, timeout=20)
    assert not alive
    killed = TrainingState.load(file).epoch
    assert machines.client.status("broken").job.state == "finishing"
    machines.client.submit(job, name="whole", trials=1)
    assert machines.start().wait(200) == 0
    broken, whole = machines.result("broken"), machines.result("whole")
    assert 10 <= killed < broken["epochs"]
    assert broken["resumed_after"] == killed
    assert "resumed_after" not in whole
    assert broken["test_reads"] == whole["test_reads"] == 1
    for name in ("epochs", "test_metrics", "default_metrics"):
        assert broken[name] == whole[name]
    assert {machines.client.status(name).job.state for name in ("broken", "whole")} == {"done"}
    assert not list(machines.checkpoints.rglob("*.npz"))


def test_the_refit_of_a_recipe_goes_on_after_a_kill(tmp_path):
    recipe = load_recipe("digits-mlp")
    data, checkpoints = DataRequest.of(recipe), tmp_path / "checkpoints"

    def refit(name, folder=None):
        function = RecipeRefit(recipe=recipe, data=data, checkpoints=folder)
        return Call(function=function, directory=tmp_path / name, seed=5, budget=300)

    def kill_in_the_middle():
        wait_until(lambda: list(checkpoints.glob("[!.]*.npz")), 60)
        (file,) = checkpoints.glob("[!.]*.npz")
        wait_until(lambda: TrainingState.load(file).epoch >= 10, 60)
        for worker in workers():
            worker.kill()

    killer = threading.Thread(target=kill_in_the_middle)
    options, log = PoolOptions(), tmp_path / "log"
    with calling_pool(options, 1, log=log, preload=RecipeRefit.preload) as pool:
        (whole,) = run_calls(pool, [refit("whole")])
        killer.start()
        (broken,) = run_calls(pool, [refit("broken", checkpoints)])
    killer.join()
    assert "resumed_after" not in whole.notes
    assert 10 <= broken.notes["resumed_after"] < 300
    predictions = [np.load(tmp_path / name / "predictions.npy") for name in ("whole", "broken")]
    np.testing.assert_array_equal(*predictions)


def run_builds(root, **environment):
    command = [sys.executable, "-m", "tests.service.long_builds", str(root)]
    return spawn(command, {"KERAS_BACKEND": "tensorflow", **environment})


def last_line(process):
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output.splitlines()[-1]


def test_trial_and_refit_of_a_build_go_on_after_a_kill(tmp_path):
    marks, checkpoints = tmp_path / "marks", tmp_path / "checkpoints"
    marks.mkdir()
    hold = {kind: marks / f"hold-{steps}" for kind, steps in long_builds.STEPS.items()}
    for file in hold.values():
        file.touch()

    def start():
        folders = {long_builds.MARKS: str(marks), "COOKBOOK_CHECKPOINTS": str(checkpoints)}
        return run_builds(tmp_path / "broken", **folders)

    def held(kind):
        """Process ids of the trainings that went as far as they may."""
        steps = long_builds.STEPS[kind]
        least = -(-long_builds.HELD_FROM // steps) * steps
        return {int(path.name.partition("-")[0]) for path in marks.glob(f"[0-9]*-{least}")}

    search = start()
    wait_until(lambda: held("trial"))
    (worker,) = held("trial")
    hold["trial"].unlink()
    os.kill(worker, signal.SIGKILL)  # the search goes on with another one
    wait_until(lambda: held("refit"))
    refits = held("refit")
    search.kill()  # its workers end with it
    search.wait()
    hold["refit"].unlink()
    again = start()
    broken, whole = last_line(again), last_line(run_builds(tmp_path / "whole"))
    assert broken == whole  # to the last bit
    assert int(broken.split()[0]) > 3
    # Whoever went on from a checkpoint had done steps before its first epoch.
    begun = {int(path.name.partition("-")[0]) for path in marks.glob("[0-9]*-0")}
    assert begun == {worker, *refits}
    trials = [read_trials(open_study("s", root=str(tmp_path / n))) for n in ("broken", "whole")]
    assert trials[0][0].notes["resumed_after"] >= 1
    assert dict(trials[0][0].metrics) == dict(trials[1][0].metrics)
    assert dict(trials[0][0].history) == dict(trials[1][0].history)
    assert not list(checkpoints.rglob("*.npz"))
