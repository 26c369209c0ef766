"""Slurm's job array, cut off by its time limit: `python -m tests.deploy.slurm_rehearsal`, as root.

Starts a Slurm and a PostgreSQL of its own (`apt-get install slurmctld slurmd slurm-client munge`),
submits two jobs and an array of two workers whose time limit ends in the middle of both, then a
second array, and checks that every trial ended exactly once, in MLflow too.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml

from benchmarks._postgres import cluster
from tests.deploy.rehearsal import say
from tests.deploy.slurm_cluster import slurm
from tests.service.in_mlflow import shown_trials
from tests.service.support import by_state, trials_in
from tuning import Client
from tuning.storage.records import FINISHED

ROOT = Path(__file__).parents[2]
JOBS = {"digits": 60, "breast-cancer": 60}  # more trials than an array ends in its time
ARRAY = ("--array=1-2", "--cpus-per-task=1", "--mem=4G")
# The script asks for SIGTERM two minutes before the end, which Slurm sends up to one minute early.
_SHORT = "--time=3"
_LIMIT_SECONDS = 900.0


class Rehearsal:
    """A store, an MLflow and a home folder for the array's workers.

    Args:
        folder: An empty folder.
        url: The store.
        environment: In which `sbatch` finds Slurm.
    """

    def __init__(self, folder: Path, url: str, environment: dict[str, str]) -> None:
        self._folder = folder
        self.client = Client(url)
        self.url = url
        self.tracking = f"sqlite:///{folder}/mlflow.db"
        address = folder / "store"
        address.write_text(url)
        address.chmod(0o600)
        self._environment = environment | {
            "HOME": str(folder),
            "COOKBOOK_STORAGE_FILE": str(address),
            "MLFLOW_TRACKING_URI": self.tracking,
            "PATH": f"{Path(sys.executable).parent}:{environment['PATH']}",
        }

    def call(self, *command: str, **variables: str) -> str:
        """Runs a command where the workers' logs go and returns what it printed."""
        done = subprocess.run(command, cwd=self._folder, env=self._environment | variables,
                              check=True, capture_output=True, text=True)  # fmt: skip
        return done.stdout.strip()

    def submit(self, name: str, trials: int) -> None:
        """Submits a job of `jobs/` with another budget."""
        job = yaml.safe_load((ROOT / f"jobs/{name}.yaml").read_text()) | {"trials": trials}
        file = self._folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(job))
        self.call("cookbook", "submit", str(file), COOKBOOK_STORAGE=self.url)

    def array(self, *options: str) -> None:
        """Submits the array of workers, waits for its end, and says how its tasks ended."""
        script = ROOT / "deploy/slurm/workers.sbatch"
        number = self.call("sbatch", "--parsable", *ARRAY, *options, str(script))
        end = time.monotonic() + _LIMIT_SECONDS
        while self.call("squeue", "--noheader", f"--jobs={number}"):
            if time.monotonic() > end:
                sys.exit(f"The array still runs after {_LIMIT_SECONDS:g} s.")
            time.sleep(1.0)
        shown = self.call("scontrol", "show", "job", number).split()
        ends = [word for word in shown if word.startswith(("JobState", "RunTime", "ExitCode"))]
        say(f"array {' '.join(options)}: {' '.join(ends)}")
        if any(word.startswith("ExitCode") and word != "ExitCode=0:0" for word in ends):
            sys.exit("\n".join(file.read_text() for file in self._folder.glob("*.log")))

    def states(self) -> dict[str, tuple[str, Counter[str]]]:
        """Of every job its state and how many trials are in which."""
        jobs = {job.name: job.state for job in self.client.queue.jobs(names=list(JOBS))}
        return {name: (jobs[name], by_state(trials_in(name, self.url))) for name in JOBS}

    def check(self, name: str, budget: int) -> None:
        """Fails unless a job is done with its budget, each trial once and in MLflow once."""
        state, trials = self.states()[name]
        numbers = [trial.number for trial in trials_in(name, self.url)]
        finished = trials["complete"] + trials["pruned"]
        accuracy = self.client.result(name)["final"]["test_metrics"]["accuracy"]
        say(f"{name}: {state}, {dict(trials)}, test accuracy {accuracy:.3f}")
        if state != "done" or finished != budget or set(trials) - set(FINISHED):
            sys.exit(f"{name}: {finished} of {budget} trials, {state}.")
        if shown_trials(self.tracking, name) != numbers:
            sys.exit(f"{name}: MLflow does not show each of the trials {numbers} once.")


def main() -> None:
    """Walks through it."""
    with tempfile.TemporaryDirectory(prefix="slurm-") as name, cluster() as server:
        folder = Path(name)
        with slurm(folder) as environment:
            rehearsal = Rehearsal(folder, server.database("studies"), environment)
            for job, budget in JOBS.items():
                rehearsal.submit(job, budget)
            rehearsal.array(_SHORT)
            seen = rehearsal.states()
            say(f"after the time limit: {seen}")
            if any(trials["running"] for _, trials in seen.values()):
                sys.exit("A worker that was told to stop did not give its trials back.")
            rehearsal.array()
            for job, budget in JOBS.items():
                rehearsal.check(job, budget)


if __name__ == "__main__":
    main()
