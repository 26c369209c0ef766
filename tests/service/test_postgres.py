"""Studies on PostgreSQL: Optuna's conformance suite, exact budgets, a restart in the middle."""

from __future__ import annotations

import gc
import itertools
import json
import subprocess
import sys
import threading
import time

import pytest
import sqlalchemy
from optuna.storages import get_storage
from optuna.testing.pytest_storages import StorageTestCase

from pipelines.jobs.api import tune
from tests.service import objectives
from tests.service.postgres import cluster
from tests.service.support import ROOT, SPACE, assert_exact, by_state, run
from tests.tuning.strategies.drive import Driver
from tuning import open_study
from tuning.storage.database import open_storage
from tuning.storage.history import History
from tuning.storage.records import read_trials

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

_numbers = itertools.count()


@pytest.fixture(scope="module")
def databases():
    with cluster() as database:
        yield database


@pytest.fixture
def url(databases):
    return databases(f"studies_{next(_numbers)}")


@pytest.fixture(scope="module")
def conformance(databases):
    """One database for the whole suite, emptied before each of its tests."""
    return databases("conformance")


def end_sessions(url):
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    engine.dispose()


@pytest.mark.parametrize(("unused", "wait"), [(0.0, 0.0), (60.0, 10.0)])
def test_a_connection_that_the_server_closed_is_replaced(url, monkeypatch, unused, wait):
    monkeypatch.setattr("tuning.storage.connections._UNUSED_SECONDS", unused)
    storage = open_storage(url, wait=wait)  # after a pause without a repetition, else by one

    def session_number():
        ask = sqlalchemy.text("select pg_backend_pid()")
        return storage.transaction(lambda session: session.execute(ask).scalar_one(), reads=True)

    before = {session_number() for _ in range(8)}
    assert len(before) < 8  # connections are used again
    end_sessions(url)
    assert before.isdisjoint(session_number() for _ in range(8))


@pytest.mark.slow
class TestPostgresStorage(StorageTestCase):
    @pytest.fixture
    def storage(self, conformance):
        opened = open_storage(conformance)
        cached = get_storage(opened)
        for study in cached.get_all_studies():
            cached.delete_study(study._study_id)
        yield cached
        # The suite's threads leave their sessions to the garbage collector: what those hold goes
        # back to the pool first, and is closed with it.
        gc.collect()
        opened.engine.dispose()


def test_stores_of_one_process_share_their_connections(url):
    def open_one():
        storage = open_storage(url)
        storage.get_all_studies()
        with storage.engine.connect() as connection:
            count = "select count(*) from pg_stat_activity where datname = current_database()"
            return storage, connection.exec_driver_sql(count).scalar()

    found = [open_one() for _ in range(8)]
    assert found[0][1] == found[-1][1] <= 3
    ended = [storage for storage, _ in found[1:]]
    assert {id(storage.engine) for storage in ended} == {id(found[0][0].engine)}


def test_a_search_with_two_workers_ends_exactly(tmp_path, url):
    result = run(objectives.parabola, tmp_path, storage=url, trials=16, pruner="halving", budget=20)
    assert_exact(result.records, 16)
    assert read_trials(open_study("s", url)) == list(result.records)
    again = run(objectives.parabola, tmp_path, storage=url, trials=18, pruner="halving", budget=20)
    assert_exact(again.records, 18)


JOB = """
function: tests.service.objectives:slow_parabola
metric: loss
direction: minimize
strategy: random
pruner: none
trials: 12
workers: 1
tracking: false
space: {x: {float: [0, 1]}}
"""


@pytest.mark.parametrize("statement", range(1, 3))
def test_a_trial_that_ends_while_it_is_read_is_read_whole(tmp_path, url, statement):
    """Each statement sees what others wrote until then: an ended trial never lacks its values."""
    driver = Driver(tmp_path, SPACE, strategy="random", trials=1, storage=url)
    claim, _ = driver.ask()
    storage = open_storage(url)
    counted = itertools.count(1)

    def end_meanwhile(*_):
        if next(counted) == statement:
            driver.tell(claim, [0.5])

    sqlalchemy.event.listen(storage.engine, "after_cursor_execute", end_meanwhile)
    history = History(storage, driver.study._study_id, SPACE)
    history.refresh()
    found = [(one.state.name, one.values) for one in [*history.open, *history.ended]]
    assert found[0] in (("RUNNING", None), ("COMPLETE", [0.5]))
    assert next(counted) > statement + 1
    history.refresh()
    assert [(one.state.name, one.values) for one in history.ended] == [("COMPLETE", [0.5])]


@pytest.mark.exhaustive
def test_two_tune_commands_share_the_budget_of_one_study(tmp_path, url):
    job = tmp_path / "shared.yaml"
    job.write_text(JOB)
    command = [sys.executable, "-m", "pipelines.cli", "tune", job, "--storage", url, "--json"]
    searches = [
        subprocess.Popen(
            [*map(str, command), "--root", str(tmp_path / name)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("here", "there")
    ]
    outputs = [process.communicate(timeout=200) for process in searches]
    assert [process.returncode for process in searches] == [0, 0], outputs
    assert [json.loads(out.splitlines()[-1])["n_trials"] for out, _ in outputs] == [12, 12]
    records = read_trials(open_study("shared", url))
    assert_exact(records, 12)
    assert by_state(records) == {"complete": 12}


def test_a_restart_of_the_server_loses_nothing(tmp_path, url, databases):
    failures = []

    def restart():
        try:
            time.sleep(2.0)
            databases.restart()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=restart)
    thread.start()
    result = run(objectives.slow_parabola, tmp_path, storage=url, trials=40)
    thread.join()
    assert not failures
    assert_exact(result.records, 40)


@pytest.mark.exhaustive
def test_mlflow_may_have_the_same_server(tmp_path, url, databases):
    job = tmp_path / "both.yaml"
    job.write_text(JOB.replace("tracking: false", f"storage: {url}").replace("12", "3"))
    result = tune(job, root=tmp_path, tracking=databases("mlflow"))
    assert result.n_trials == 3
    assert result.run_id is not None
