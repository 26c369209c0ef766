"""When the workers of a job are started."""

from __future__ import annotations

import psutil
import pytest

from pipelines.jobs.plan import Plan, plan_job
from pipelines.jobs.run import run_plan
from pipelines.jobs.schema import Job
from tuning.workers.idle_server import IDLE_SERVER
from tuning.workers.local import LocalPool

pytestmark = pytest.mark.service


@pytest.fixture
def course(monkeypatch):
    """What a job did in which order: `"imports"` of the workers began, `"data"` were read."""
    found, prepare, identified = [], LocalPool.prepare, Plan.identified

    def begin(pool):
        found.append("imports")
        prepare(pool)

    def read(plan):
        found.append("data")
        return identified(plan)

    monkeypatch.setattr(LocalPool, "prepare", begin)
    monkeypatch.setattr(Plan, "identified", read)
    return found


def run(root, **changes):
    keys = {"trials": 2, "strategy": "random", "workers": 1, "objective": ["loss", "minimize"]}
    space, function = {"x": {"float": [0, 1]}}, "tests.service.objectives:parabola"
    job = Job(**{**keys, "function": function, "space": space, **changes})
    return run_plan(plan_job(job, root=root), tracking=False)


@pytest.mark.parametrize("name", [{}, {"study": "named"}])
def test_a_finished_job_is_read_without_workers(tmp_path, course, name):
    first = run(tmp_path, **name)
    assert course[:2] == ["imports", "data"]
    IDLE_SERVER.end()
    before = psutil.Process().children()
    course.clear()
    again = run(tmp_path, **name)
    assert psutil.Process().children() == before
    assert course == ["data"]
    assert again.search.best_value == first.search.best_value
    course.clear()
    more = run(tmp_path, trials=3, **name)
    assert course[:2] == ["imports", "data"]
    assert more.search.n_trials == 3
    IDLE_SERVER.end()
