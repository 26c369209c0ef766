"""Whole workers whose store, way or disk fails; each job ends with exactly its trials."""

from __future__ import annotations

import time

import pytest

from tests.service.postgres import cluster
from tests.service.proxy import proxied
from tests.service.store import Store
from tests.service.support import as_twin

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def server():
    with cluster() as database:
        yield database


@pytest.fixture
def store(server, request, tmp_path):
    name = f"f{abs(hash(request.node.name)) % 10**8}"
    return Store(server(name), tmp_path)


def test_workers_of_one_name_share_their_jobs(store):
    store.submit("one", trials=20)
    store.submit("two", trials=20)
    with store.workers(2, prefix=as_twin()) as workers:
        assert [worker.wait(110) for worker in workers] == [0, 0]
    for name in ("one", "two"):
        store.assert_done(name, 20)
        assert {trial.attempts for trial in store.trials(name)} == {1}


def test_a_worker_whose_disk_is_full_goes_on(store):
    store.submit("writes", objective="writes_above_half", trials=12)
    store.submit("plain", trials=12)
    with store.workers(1, prefix=("prlimit", "--fsize=65536")) as (worker,):
        assert worker.wait(110) == 0
    store.assert_done("plain", 12)
    assert store.client.status("writes").job.state == "done"
    for trial in store.trials("writes"):
        assert trial.state == ("failed" if trial.params["x"] > 0.5 else "complete")


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
        assert worker.wait(110) == 0
    store.assert_done("job", 40)


def test_a_store_that_stays_away_ends_the_worker_and_the_next_one_goes_on(store, server):
    store.submit("job", trials=20)
    with store.workers(1, "--store-timeout", "4s", once=False) as (worker,):
        store.wait_for(lambda: store.finished("job") >= 3)
        server.stop()
        assert worker.wait(110) == 2
        assert "Traceback" not in worker.stderr.read()
    server.start()
    with store.workers() as (worker,):
        assert worker.wait(110) == 0
    store.assert_done("job", 20)


@pytest.mark.timeout(700)
def test_a_worker_waits_five_minutes_for_its_store(store, server):
    store.submit("job", trials=30)
    with store.workers() as (worker,):
        store.wait_for(lambda: store.finished("job") >= 3)
        server.stop()
        time.sleep(300)
        server.start()
        assert worker.wait(150) == 0
    store.assert_done("job", 30)
    assert {trial.attempts for trial in store.trials("job")} == {1}
