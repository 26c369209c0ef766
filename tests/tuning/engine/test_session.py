"""A session waits for nothing that it need not wait for, and shares its pool."""

from __future__ import annotations

import contextlib
import signal
import threading
import time

import pytest

from tests.service import objectives
from tests.service.support import SPACE, settings, start, states, wait_until
from tests.tuning.engine import strategies
from tests.tuning.workers import objectives as tasks
from tests.tuning.workers.support import until
from tuning import open_study, search
from tuning.engine.dispatcher import Dispatcher
from tuning.engine.loop import run_session
from tuning.engine.opened import OpenedStudy
from tuning.engine.outbox import Outbox
from tuning.engine.session import Session
from tuning.storage.claim_leases import ClaimLeases
from tuning.storage.claims import ClaimBook
from tuning.storage.database import open_storage
from tuning.workers.local import LocalPool
from tuning.workers.objective import pack
from tuning.workers.pool import COMPLETE, Outcome

pytestmark = pytest.mark.service


@pytest.fixture
def slow(monkeypatch):
    """Sets how many seconds the strategy `slow` takes for a point."""
    monkeypatch.setitem(strategies.STRATEGIES, "slow", strategies.SLOW)
    return lambda seconds: monkeypatch.setenv(strategies.SECONDS, str(seconds))


@contextlib.contextmanager
def pool_of(root, size=2):
    pool = LocalPool(size, log=root / "workers.log")
    try:
        yield pool
    finally:
        pool.close()


def held_trials_taken_back(url, over, taken):
    """Another search that looks for abandoned trials all the time."""
    leases = ClaimLeases(open_storage(url), open_study("s", url)._study_id)
    while not over.wait(0.05):
        taken += leases.reap()


def test_a_slow_strategy_loses_no_lease(tmp_path, slow):
    slow(3.5)  # more than two leases
    session = Session(SPACE, settings(tmp_path, trials=2, strategy="slow"), lease=1.5)
    taken, over = [], threading.Event()
    watch = threading.Thread(
        target=held_trials_taken_back, args=(session.settings.url, over, taken)
    )
    watch.start()
    with pool_of(tmp_path) as pool:
        run_session(session, pack(objectives.slow_parabola), pool)
    over.set()
    watch.join()
    result = session.result()
    assert result.states == {"complete": 2}
    assert taken == []
    assert {record.attempts for record in result.records} == {1}


def test_a_slow_strategy_does_not_outlast_the_time_limit(tmp_path, slow):
    slow(60)
    began = time.monotonic()
    result = search(
        objectives.parabola, SPACE, settings(tmp_path, strategy="slow", timeout=1.0, trials=4)
    )
    assert time.monotonic() - began < 50
    assert result.stopped_because == "timeout"
    assert result.states == {"waiting": 1}
    slow(0)  # the trial whose point was being looked for goes on
    again = search(objectives.parabola, SPACE, settings(tmp_path, strategy="slow", trials=4))
    assert again.states == {"complete": 4}


def test_a_search_whose_time_is_over_before_it_begins_starts_nothing(tmp_path):
    spent = settings(tmp_path, trials=4, timeout=60.0, spent=61.0)
    result = search(objectives.parabola, SPACE, spent)
    assert (result.stopped_because, result.states) == ("timeout", {})


def test_a_kept_result_without_its_metric_keeps_no_search_from_beginning(
    tmp_path,
):
    plan = settings(tmp_path, trials=2)
    book = OpenedStudy.open(SPACE, plan).book
    claim = book.claim(2)
    outcome = Outcome(kind=COMPLETE, metrics={"los": 1.0}, history={}, notes={}, reason=None)
    outbox = Outbox(plan.directory / "outbox")
    outbox.keep(claim, outcome)
    book.release(claim)
    result = search(objectives.parabola, SPACE, plan)
    assert result.states == {"complete": 2}
    assert outbox.pending() == []


def test_ctrl_c_does_not_wait_for_a_slow_strategy(tmp_path):
    process = start(
        tmp_path,
        "tests.service.objectives:parabola",
        before="from tests.tuning.engine.strategies import register; register()",
        environment={strategies.SECONDS: "3600"},
        strategy="slow",
    )
    try:
        wait_until(lambda: states(tmp_path)["running"])
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=100)
    finally:
        process.kill()  # nothing happens to one that has ended
    assert output == "interrupted 1\n", errors
    assert states(tmp_path) == {"waiting": 1}


def test_two_sessions_share_one_pool(tmp_path):
    with pool_of(tmp_path) as pool:
        pool.ensure(2)
        dispatcher = Dispatcher(pool)
        sessions = [
            Session(SPACE, settings(tmp_path, study=name, trials=5)) for name in ("one", "two")
        ]
        for session, objective in zip(sessions, (tasks.double, tasks.triple), strict=True):
            session.allow(1)
            dispatcher.add(session, pack(objective))
        end = time.monotonic() + 200
        while not all(session.over for session in sessions):
            dispatcher.step(0.1)
            assert time.monotonic() < end
            assert all(dispatcher.running(session) <= 1 for session in sessions)
        for session in sessions:
            dispatcher.remove(session)
        until(pool, lambda _: pool.free == 2)
    workers = set()
    for session, factor in zip(sessions, (2, 3), strict=True):
        found = session.result()
        assert found.states == {"complete": 5}
        assert all(r.value == pytest.approx(factor * r.params["x"]) for r in found.records)
        workers |= {record.notes["pid"] for record in found.records}
    assert len(workers) <= 2  # both sessions used the same processes


def test_a_slot_below_the_cap_is_used_as_soon_as_another_search_leaves_it(tmp_path):
    def until_states(**wanted):
        end = time.monotonic() + 100
        while any(states(tmp_path)[state] != count for state, count in wanted.items()):
            dispatcher.step(0.1)
            assert time.monotonic() < end

    session = Session(SPACE, settings(tmp_path, trials=3), most_running=2)
    other = ClaimBook(
        open_storage(session.settings.url), open_study("s", session.settings.url)._study_id
    )
    claim = other.claim(3)
    with pool_of(tmp_path) as pool:
        pool.ensure(2)
        dispatcher = Dispatcher(pool)
        session.allow(2)
        dispatcher.add(session, pack(objectives.waits_for_a_file))
        until_states(running=2)
        time.sleep(1.0)  # its second slot has found no place by now
        assert states(tmp_path) == {"running": 2}
        other.release(claim)
        until_states(running=2, waiting=0)
        (tmp_path / "go-on").touch()
        until_states(complete=3)
        dispatcher.remove(session)
    session.close()


def test_a_session_that_ends_early_leaves_the_other_one_alone(tmp_path):
    with pool_of(tmp_path) as pool:
        pool.ensure(2)
        dispatcher = Dispatcher(pool)
        stuck, fine = (
            Session(SPACE, settings(tmp_path, study=name, trials=3)) for name in ("stuck", "fine")
        )
        stuck.allow(1)
        fine.allow(1)
        dispatcher.add(stuck, pack(tasks.sleeps))
        dispatcher.add(fine, pack(tasks.double))
        end = time.monotonic() + 200
        while not (stuck.over and fine.over):
            dispatcher.step(0.1)
            assert time.monotonic() < end
            if fine.over:
                stuck.stop("cancelled")
        dispatcher.remove(stuck)
        dispatcher.remove(fine)
    assert fine.result().states == {"complete": 3}
    result = stuck.result()
    assert (result.stopped_because, result.states) == ("cancelled", {"waiting": 1})
