"""A store of the service and the workers that serve it, for the tests of both."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time

from tests.service.in_mlflow import assert_mlflow_equals
from tests.service.support import ROOT, ended, trials_in
from tuning import Client, open_study
from tuning.storage.records import RESULT

JOB = """\
function: tests.service.objectives:{objective}
objective: [loss, minimize]
space: {{x: {{float: [0.0, 1.0]}}}}
strategy: random
pruner: none
trials: {trials}
"""


class Store:
    """A store of its own, and the workers that serve it.

    Args:
        url: The store.
        folder: Where the workers have their folders.
        tracking: The MLflow store that the workers write to, or None.
    """

    def __init__(self, url, folder, tracking=None):
        self.client = Client(url)
        self.url, self.folder, self.tracking = url, folder, tracking

    def submit(self, name, *, objective="slow_parabola", trials=12, timeout=None, **options):
        text = JOB.format(objective=objective, trials=trials)
        text += f"timeout: {timeout}\n" if timeout else ""
        return self.client.submit(text, name=name, trials=trials, **options)

    @contextlib.contextmanager
    def workers(self, count=1, *options, once=True, prefix=(), url=None):
        """Workers in folders of their own; `prefix` is a command for them, `url` their way here."""
        command = [
            *prefix,
            sys.executable,
            "-m",
            "pipelines.cli",
            "worker",
            "--slots",
            "2",
        ]
        command += [] if self.tracking else ["--no-tracking"]
        command += [*(["--once"] if once else []), *options]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "COOKBOOK_STORAGE": url or self.url,
            "COOKBOOK_MODULES": "tests.service.objectives",
            **({"MLFLOW_TRACKING_URI": self.tracking} if self.tracking else {}),
        }
        started = []
        try:
            for number in range(count):
                folder = self.folder / f"machine-{number}"
                folder.mkdir(exist_ok=True)
                started.append(
                    subprocess.Popen(
                        command, cwd=folder, env=environment, text=True, stderr=subprocess.PIPE
                    )
                )
            yield started
        finally:
            for process in started:
                process.kill()
                process.communicate()

    def trials(self, name):
        return trials_in(name, self.url)

    def wait_for(self, condition, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(Exception):  # the study may not exist yet
                if condition():
                    return
            time.sleep(0.1)
        raise TimeoutError(self.client.queue.jobs())

    def finished(self, name):
        return ended(self.trials(name))

    def assert_done(self, name, trials):
        assert self.client.status(name).job.state == "done"
        found = self.trials(name)
        assert [trial.number for trial in found] == list(range(trials))
        assert {trial.state for trial in found} == {"complete"}
        assert len({trial.params["x"] for trial in found}) == trials
        assert open_study(name, self.url).user_attrs[RESULT]["trials"] == trials
        if self.tracking:
            assert_mlflow_equals(self.tracking, name, found)
