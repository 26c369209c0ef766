"""Whole workers whose store, way or disk fails: each job ends with its trials, in MLflow too."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

import psutil
import pytest

from tests.service.clocks import Clock
from tests.service.full_disk import fill, full_disk
from tests.service.postgres import cluster
from tests.service.proxy import proxied
from tests.service.store import JOB, Store
from tests.service.support import as_twin

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(500)]
WAIT = 200.0  # seconds until a worker ends, on a busy machine


@pytest.fixture(scope="module")
def server():
    with cluster() as database:
        yield database


@pytest.fixture
def store(server, request, tmp_path, put_mlflow):
    name = f"f{abs(hash(request.node.name)) % 10**8}"
    return Store(server(name), tmp_path, f"sqlite:///{put_mlflow(tmp_path)}/mlflow.db")


def test_workers_of_one_name_share_their_jobs(store):
    store.submit("one", trials=20)
    store.submit("two", trials=20)
    with store.workers(2, prefix=as_twin()) as workers:
        assert [worker.wait(WAIT) for worker in workers] == [0, 0]
    for name in ("one", "two"):
        store.assert_done(name, 20)
        assert {trial.attempts for trial in store.trials(name)} == {1}


def test_clocks_apart_and_stepped_cost_nothing(store, tmp_path):
    store.submit("job", trials=40)
    clocks = [Clock(tmp_path / name) for name in ("behind", "ahead")]
    behind, ahead = clocks
    ahead.set(600.0)
    machines = [Store(store.url, clock.folder, store.tracking) for clock in clocks]
    with (
        machines[0].workers(prefix=behind.prefix) as (one,),
        machines[1].workers(prefix=ahead.prefix) as (other,),
    ):
        store.wait_for(lambda: store.finished("job") >= 5)
        ahead.set(-600.0)
        store.wait_for(lambda: store.finished("job") >= 15)
        behind.set(3600.0)
        assert [worker.wait(WAIT) for worker in (one, other)] == [0, 0]
    store.assert_done("job", 40)
    found = store.trials("job")
    assert {trial.attempts for trial in found} == {1}
    ends = [trial.finished for trial in found]  # by the store's clock
    assert max(ends) - min(ends) < timedelta(minutes=5)


def test_a_worker_of_an_older_version_leaves_what_it_does_not_understand(store, monkeypatch):
    monkeypatch.setattr("tuning.service.queue.own_version", lambda: "1000.0")
    unknown = JOB.format(objective="slow_parabola", trials=2) + "invented_later: 3\n"
    store.client.submit(unknown, name="newer", trials=2)
    store.submit("both", trials=4)
    monkeypatch.undo()
    with store.workers() as (worker,):
        assert worker.wait(WAIT) == 0
    store.assert_done("both", 4)
    assert store.client.status("newer").job.state == "queued"
    line, *_ = store.client.lines("newer")
    assert "leaves this job to workers of version 1000.0" in line.text
    assert "unknown key 'invented_later'" in line.text


def test_a_worker_whose_disk_is_full_goes_on(store):
    store.tracking = None  # its file would be on the full disk, too
    store.submit("writes", objective="writes_above_half", trials=12)
    store.submit("plain", trials=12)
    with store.workers(1, prefix=("prlimit", "--fsize=65536")) as (worker,):
        assert worker.wait(WAIT) == 0
    store.assert_done("plain", 12)
    assert store.client.status("writes").job.state == "done"
    for trial in store.trials("writes"):
        assert trial.state == ("failed" if trial.params["x"] > 0.5 else "complete")


def test_a_store_whose_disk_is_full_for_a_while_loses_nothing(store):
    store.submit("job", objective="writes_to_the_store", trials=20)
    fill(store.url)
    with contextlib.ExitStack() as disk:
        disk.enter_context(full_disk(store.url))
        with store.workers() as (worker,):
            store.wait_for(lambda: store.trials("job"))
            time.sleep(6.0)
            assert store.finished("job") < 8  # what the last page had room for
            disk.close()
            assert worker.wait(WAIT) == 0
    store.assert_done("job", 20)
    assert {trial.attempts for trial in store.trials("job")} == {1}


def test_a_worker_whose_way_is_cut_for_a_while_goes_on(store):
    store.submit("job", trials=40)
    with (
        proxied(store.url) as (cable, through),
        store.workers(1, url=through) as (worker,),
    ):
        store.wait_for(lambda: store.finished("job") >= 3)
        cable.cut()
        time.sleep(8.0)
        cable.join()
        assert worker.wait(WAIT) == 0
    store.assert_done("job", 40)


def test_three_restarts_of_the_server_cost_nothing(store, server):
    store.submit("job", trials=60)
    with store.workers(2) as workers:
        for number, mode in enumerate(["fast", "immediate", "fast"], start=1):
            store.wait_for(lambda least=12 * number: store.finished("job") >= least)
            server.stop(mode)
            server.start()
        assert [worker.wait(WAIT) for worker in workers] == [0, 0]
    store.assert_done("job", 60)
    assert {trial.attempts for trial in store.trials("job")} == {1}


@pytest.mark.timeout(600)
def test_a_worker_that_sleeps_past_its_lease_loses_its_trials_and_writes_none_of_them(store):
    store.submit("job", objective="parabola_held_by_a_file", trials=12)
    with store.workers(2, once=False) as (sleeper, other):
        store.wait_for(lambda: store.client.status("job").to_dict()["running"] == 4)
        machine = [psutil.Process(sleeper.pid)]
        machine += machine[0].children(recursive=True)
        for process in machine:
            process.suspend()
        for number in range(2):
            (store.folder / f"machine-{number}" / "mlruns" / "go-on").touch()
        store.wait_for(lambda: store.client.status("job").job.state == "done", 300)
        found = store.trials("job")
        for process in machine:
            process.resume()
        for worker in (sleeper, other):
            worker.terminate()
            assert worker.wait(WAIT) == 0
    store.assert_done("job", 12)
    assert store.trials("job") == found


def test_a_store_that_stays_away_ends_the_worker_and_the_next_one_goes_on(store, server):
    store.submit("job", trials=20)
    with store.workers(1, "--store-timeout", "4s", once=False) as (worker,):
        store.wait_for(lambda: store.finished("job") >= 3)
        server.stop()
        assert worker.wait(WAIT) == 2
        assert "Traceback" not in worker.stderr.read()
    server.start()
    with store.workers() as (worker,):
        assert worker.wait(WAIT) == 0
    store.assert_done("job", 20)


@pytest.mark.timeout(700)
def test_a_worker_waits_five_minutes_for_its_store(store, server):
    store.submit("job", trials=30)
    with store.workers() as (worker,):
        store.wait_for(lambda: store.finished("job") >= 3)
        server.stop()
        time.sleep(300)
        server.start()
        assert worker.wait(WAIT) == 0
    store.assert_done("job", 30)
    assert {trial.attempts for trial in store.trials("job")} == {1}
