"""What the service tests share: a space, settings, and a study's rules in the end."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tuning import Float, JobError, SearchSettings, Space, open_study, search
from tuning.storage.records import FINISHED, read_trials

ROOT = Path(__file__).resolve().parents[2]
SPACE = Space({"x": Float(0.0, 1.0)})


def settings(root, **changes):
    defaults = {
        "study": "s",
        "root": root,
        "trials": 8,
        "metrics": (("loss", "minimize"),),
        "strategy": "random",
        "pruner": "none",
        "workers": 2,
    }
    return SearchSettings(**{**defaults, **changes})


def run(objective, root, **changes):
    return search(objective, SPACE, settings(root, **changes))


def by_state(records):
    return Counter(record.state for record in records)


def trials_in(study, storage=None, root="mlruns"):
    """The trials in a store; none while the study is not there yet."""
    try:
        return read_trials(open_study(study, storage, root=str(root)))
    except JobError:
        return []


def read(root, study="s"):
    return trials_in(study, root=root)


def states(root, study="s"):
    """State to number of trials."""
    return by_state(read(root, study))


def ended(trials):
    """How many of some trials are finished."""
    return sum(trial.state in FINISHED for trial in trials)


def finished(root, study="s"):
    return ended(read(root, study))


def wait_until(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the condition did not come true")
        time.sleep(0.05)


def assert_exact(records, count):
    """Every trial of the budget is finished, each point once."""
    assert [record.number for record in records] == list(range(count))
    assert all(record.state in FINISHED for record in records), by_state(records)
    assert len({record.params["x"] for record in records}) == count


def start(root, objective, *, before="", environment=None, prefix=(), **changes):
    """Starts a search in its own process, as `cookbook tune` does; `prefix` is a command for it.

    What still runs at the end of a test is ended there, see `end_processes`.
    """
    program = (
        f"import sys; from tests.service import support\n{before}\n"
        f"result = support.run({objective!r}, sys.argv[1], **{changes!r})\n"
        "print(result.stopped_because, len(result.records))"
    )
    return spawn([*prefix, sys.executable, "-c", program, str(root)], environment or {})


_spawned: list[subprocess.Popen] = []


def spawn(command, environment):
    """Starts a process that no test outlives."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    _spawned.append(process)
    return process


def end_processes():
    """Ends the processes of a test that are left, as they are after a failure."""
    while _spawned:
        with _spawned.pop() as process:
            process.kill()


@functools.cache
def as_twin():
    """What makes a program run where the machine and its processes are called as elsewhere.

    Two such programs have one host name and the same process ids, as cloned containers have.
    Without the right to it, two programs of this machine at least have one host name.
    """
    inner = ["sh", "-c", 'hostname twin && exec "$@"', "sh"]
    prefix = ["unshare", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", *inner]
    allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return tuple(prefix) if allowed else ()
