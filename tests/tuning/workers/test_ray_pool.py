"""The pool on a Ray cluster keeps the rules of `WorkerPool`, also when machines go away."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from tests.service import objectives as searched
from tests.service.support import ROOT, assert_exact, finished, settings
from tests.tuning.workers import objectives
from tests.tuning.workers.support import assert_dead, ends, run, said, until
from tuning import JobError
from tuning.engine.loop import run_session
from tuning.engine.session import Session
from tuning.workers.objective import pack
from tuning.workers.pool import Asked, Interrupted, Lost, Stopped

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def cluster():
    """Two machines, as far as Ray can tell: a head without cores, and one with four."""
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    made = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "object_store_memory": 80 * 2**20},
    )
    made.add_node(num_cpus=4, object_store_memory=80 * 2**20)
    yield made
    made.shutdown()


def open_pool(cluster, folder, size=2, **options):
    from tuning.workers.ray.pool import RayPool

    return RayPool(size, log=folder / "workers.log", address=cluster.address, **options)


@pytest.fixture(scope="module")
def pool(cluster, tmp_path_factory):
    opened = open_pool(cluster, tmp_path_factory.mktemp("pool"))
    opened.ensure(2)
    yield opened
    opened.close()


def test_rules_1_to_3_a_task_asks_ends_and_is_cancelled(pool, tmp_path):
    until(pool, lambda _: pool.free == 2)
    run(pool, objectives.double, name="a", x=2.0)
    assert ends(pool).metrics == {"loss": 4.0}
    run(pool, objectives.asks, metric="loss")
    (asked,) = until(pool, said(Asked))
    assert (asked.token, asked.steps, asked.values) == ("t", [1], [1.0])
    pool.answer("t", prunes=True)
    assert ends(pool).kind == "pruned"
    run(pool, objectives.starts_others, params={"folder": str(tmp_path)})
    started = tmp_path / "pids"
    until(pool, lambda _: started.exists() and started.read_text())
    others = [psutil.Process(int(pid)) for pid in started.read_text().split()]
    pool.cancel("t")
    assert_dead(others)
    assert until(pool, lambda _: pool.free == 2) == []


def test_rules_4_and_5_a_task_that_dies_or_is_over_its_time(pool):
    run(pool, objectives.dies)
    assert until(pool, said(Lost)) == [Lost("t", "the worker ended with exit status 7")]
    run(pool, objectives.sleeps, timeout=0.2)
    assert until(pool, said(Stopped)) == [Stopped("t", "time limit of 0.2 s")]


def test_rule_4_a_task_whose_actor_is_killed_is_interrupted(pool):
    until(pool, lambda _: pool.free == 2)
    run(pool, objectives.sleeps)
    until(pool, lambda _: pool.free == 1)
    (actor,) = [actor for actor in pool._actors if actor.token]
    process = ray.get(actor.handle.__ray_call__.remote(lambda slot: os.getpid()))
    psutil.Process(process).kill()
    (message,) = until(pool, said(Interrupted))
    assert message == Interrupted("t", message.reason)
    until(pool, lambda _: pool.free == 2)
    run(pool, objectives.double)
    assert ends(pool).metrics == {"loss": 2.0}


def test_more_than_any_machine_has_is_refused(pool, cluster, tmp_path):
    with pytest.raises(JobError, match=r"No machine of the Ray cluster.*CPU 64"):
        open_pool(cluster, tmp_path, threads=64)


def test_a_node_that_goes_away_costs_nothing(pool, cluster, tmp_path, capfd):
    node = cluster.add_node(num_cpus=2, object_store_memory=80 * 2**20)
    four = open_pool(cluster, tmp_path, size=4)
    session = Session(searched_space(), settings(tmp_path, trials=16, retries=0), reports=True)
    removed = []

    def remove_once(progress):
        if progress.finished >= 3 and not removed:
            removed.append(node)
            cluster.remove_node(node, allow_graceful=False)

    try:
        run_session(session, pack(searched.slow_parabola), four, remove_once)
    finally:
        session.close()
        four.close()
    result = session.result()
    assert removed
    assert "raylet" not in "".join(capfd.readouterr())  # Ray says such things in its own logs
    assert_exact(result.records, 16)
    assert result.states == {"complete": 16}
    assert {record.attempts for record in result.records} == {1}


@pytest.mark.exhaustive
def test_a_pool_without_a_size_grows_and_shrinks_with_its_cluster(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("tuning.workers.ray.cluster._LOOK_SECONDS", 0.1)
    grows = open_pool(cluster, tmp_path, size=None)
    try:
        until(grows, lambda _: grows.size == 4)  # a machine of an earlier test is gone
        node = cluster.add_node(num_cpus=2, object_store_memory=80 * 2**20)
        until(grows, lambda _: grows.size == 6)
        cluster.remove_node(node, allow_graceful=False)
        until(grows, lambda _: grows.size == 4)
    finally:
        grows.close()


def searched_space():
    from tests.service.support import SPACE

    return SPACE


@pytest.mark.exhaustive
def test_a_search_on_a_cluster_of_its_own_is_quiet(tmp_path):
    command = [sys.executable, "-m", "pipelines.cli", "tune"]
    job = tmp_path / "job.yaml"
    job.write_text(
        "function: tests.service.objectives:parabola\nobjective: [loss, minimize]\n"
        "space: {x: {float: [0.0, 1.0]}}\nstrategy: random\npruner: none\ntrials: 4\n"
        "pool: ray\nworkers: 2\nstudy: s\ntracking: false\n"
    )
    done = subprocess.run(
        [*command, str(job)], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert finished(tmp_path / "mlruns") == 4
    assert "ray" not in (done.stdout + done.stderr).lower()
    end = time.monotonic() + 100
    while any(
        "raylet" in p.info["name"] and str(tmp_path) in str(p.info["cwd"])
        for p in psutil.process_iter(["name", "cwd"])
    ):
        assert time.monotonic() < end
