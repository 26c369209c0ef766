"""What the service tests share: a space, settings, and a study's laws in the end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tuning import Float, SearchSettings, Space, open_study, search
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


def read(root, study="s"):
    return read_trials(open_study(study, root=str(root)))


def assert_exact(records, count):
    """Every trial of the budget is finished, each point once."""
    assert [record.number for record in records] == list(range(count))
    assert all(record.state in FINISHED for record in records), by_state(records)
    assert len({record.params["x"] for record in records}) == count


def start(root, objective, *, environment=None, **changes):
    """Starts a search in its own process, as `cookbook tune` does."""
    program = (
        "import sys; from tests.service import support\n"
        f"result = support.run({objective!r}, sys.argv[1], **{changes!r})\n"
        "print(result.stopped_because, len(result.records))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(root)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )
