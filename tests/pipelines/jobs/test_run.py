"""When the workers of a job are started."""

from __future__ import annotations

import psutil
import pytest

from pipelines.jobs.plan import plan_job
from pipelines.jobs.run import run_plan
from pipelines.jobs.schema import Job
from tuning.workers.idle_server import IDLE_SERVER
from tuning.workers.local import LocalPool

pytestmark = pytest.mark.service


@pytest.fixture
def prepared(monkeypatch):
    """The pools whose imports began before anybody wanted a worker, as a list."""
    found, prepare = [], LocalPool.prepare
    monkeypatch.setattr(LocalPool, "prepare", lambda pool: (found.append(pool), prepare(pool)))
    return found


def run(root, **changes):
    keys = {"trials": 2, "strategy": "random", "workers": 1, "objective": ["loss", "minimize"]}
    space, function = {"x": {"float": [0, 1]}}, "tests.service.objectives:parabola"
    job = Job(**{**keys, "function": function, "space": space, **changes})
    return run_plan(plan_job(job, root=root), tracking=False)


@pytest.mark.parametrize("name", [{}, {"study": "named"}])
def test_a_finished_job_is_read_without_workers(tmp_path, prepared, name):
    first = run(tmp_path, **name)
    assert len(prepared) == 1
    IDLE_SERVER.end()
    before = psutil.Process().children()
    again = run(tmp_path, **name)
    assert psutil.Process().children() == before
    assert len(prepared) == 1
    assert again.search.best_value == first.search.best_value
    more = run(tmp_path, trials=3, **name)  # is searched, so it is started early
    assert len(prepared) == 2
    assert more.search.n_trials == 3
    IDLE_SERVER.end()
