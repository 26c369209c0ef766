"""Machines that lose their way to the store, are called alike, or have no room on their disk."""

from __future__ import annotations

import itertools
import threading

import optuna
import pytest
import sqlalchemy
from sqlalchemy.orm import Session

from tests.service.postgres import cluster
from tests.service.proxy import proxied
from tests.service.support import (
    as_twin,
    assert_exact,
    by_state,
    ended,
    start,
    trials_in,
    wait_until,
)
from tests.service.test_faults import SHORT_LEASES
from tuning import Client, JobError
from tuning.storage import connections, database
from tuning.storage.claim_rows import CLAIMS, Rows
from tuning.storage.claims import ClaimBook
from tuning.storage.faults import is_transient

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

_numbers = itertools.count()
PARABOLA = "tests.service.objectives:slow_parabola"


@pytest.fixture(scope="module")
def server():
    with cluster() as database:
        yield database


@pytest.fixture
def url(server):
    return server(f"machines_{next(_numbers)}")


def trials(url):
    return trials_in("s", url)


def assert_all_end(url, count, *searches):
    outputs = [process.communicate(timeout=90) for process in searches]
    assert [output for output, _ in outputs] == [f"trials {count}\n"] * len(searches), outputs
    assert_exact(trials(url), count)


def test_a_cut_cable_gives_trials_to_others_and_late_results_are_refused(tmp_path, url):
    with proxied(url) as (cable, through):
        far = start(tmp_path / "far", PARABOLA, before=SHORT_LEASES, storage=through, trials=40)
        wait_until(lambda: ended(trials(url)) >= 2)
        cable.cut()
        near = start(tmp_path / "near", PARABOLA, before=SHORT_LEASES, storage=url, trials=40)
        wait_until(lambda: ended(trials(url)) == 40, 150)  # those of the other side, too
        cable.join()
        assert_all_end(url, 40, far, near)
    assert by_state(trials(url)) == {"complete": 40}


def test_the_locks_of_a_connection_that_is_cut_in_a_transaction_are_let_go(url, monkeypatch):
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.5)
    with proxied(url) as (cable, through):
        far = database.open_storage(through)
        near = database.open_storage(f"{url}&options=-c%20lock_timeout%3D10s")
        study = optuna.create_study(study_name="s", storage=near)._study_id
        with Session(far.engine) as session:
            Rows(study).lock(session)
            cable.cut()
            assert ClaimBook(near, study).claim(1) is not None
            cable.join()
            with pytest.raises(sqlalchemy.exc.DBAPIError) as ended:
                Rows(study).lock(session)
        assert is_transient(ended.value)
        assert ClaimBook(far, study).claim(1) is None  # by a new connection


_INSERT = sqlalchemy.insert(CLAIMS)
_UPDATE = (
    sqlalchemy.update(CLAIMS)
    .where(CLAIMS.c.trial_id == sqlalchemy.bindparam("trial"))
    .values(attempts=sqlalchemy.bindparam("count"))
)


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        (_INSERT, [{"trial_id": one, "study_id": 0, "attempts": 1} for one in (7, 8)]),
        (_UPDATE, [{"trial": one, "count": 2} for one in (1, 2)]),
    ],
    ids=["insert", "update"],
)
def test_who_stands_still_after_writing_several_rows_lets_its_locks_go(
    url, monkeypatch, statement, rows
):
    """The driver's own way ends with a message that takes the server's limit of idleness away."""
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.5)
    storage = database.open_storage(url)
    other = database.open_storage(f"{url}&options=-c%20lock_timeout%3D10s")
    study = optuna.create_study(study_name="s", storage=storage)._study_id
    book = ClaimBook(other, study)
    with Session(storage.engine) as stands_still:
        Rows(study).lock(stands_still)
        stands_still.execute(statement, rows)
        assert book.claim(1) is not None
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="idle-in-transaction"):
            Rows(study).lock(stands_still)


def test_a_trial_that_is_being_ended_cannot_be_taken_over_meanwhile(url):
    storage = database.open_storage(url)
    study = optuna.create_study(study_name="s", storage=storage)._study_id
    claim = ClaimBook(storage, study).claim(1)
    hasty = database.open_storage(f"{url}&options=-c%20lock_timeout%3D100ms")
    with Session(storage.engine) as ends, Session(hasty.engine) as takes:
        assert Rows(study).held(ends, [claim]) == {claim.token}
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="lock timeout"):
            Rows(study).back_to_waiting(takes, claim.trial_id, 0)
    assert ClaimBook(storage, study).claim(1) is None


def test_two_machines_of_one_name_share_a_study(tmp_path, url):
    twins = [
        start(tmp_path / name, PARABOLA, prefix=as_twin(), storage=url, trials=24)
        for name in ("one", "two")
    ]
    assert_all_end(url, 24, *twins)
    assert {trial.attempts for trial in trials(url)} == {1}
    assert by_state(trials(url)) == {"complete": 24}


def test_a_full_disk_fails_the_trials_that_write_and_no_others(tmp_path, url):
    process = start(
        tmp_path,
        "tests.service.objectives:writes_above_half",
        prefix=("prlimit", "--fsize=65536"),  # more than so many bytes no file can have
        storage=url,
        trials=10,
    )
    assert_all_end(url, 10, process)
    for trial in trials(url):
        assert trial.state == ("failed" if trial.params["x"] > 0.5 else "complete")
        assert trial.state == "complete" or "File too large" in trial.reason


def test_of_two_submitters_of_one_name_one_wins(url):
    Client(url)  # makes the tables
    ready, found = threading.Barrier(4), []

    def submit(number):
        client = Client(url)
        ready.wait()
        try:
            client.submit(f"# {number}", name="job", trials=1, submitter=f"user {number}")
            found.append(number)
        except JobError as error:
            assert "A job named 'job' exists already" in str(error)

    threads = [threading.Thread(target=submit, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = found
    (job,) = Client(url).queue.jobs()
    assert (job.text, job.submitter) == (f"# {winner}", f"user {winner}")
