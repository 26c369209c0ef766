"""Processes that die at the worst moment, and users who change their mind."""

from __future__ import annotations

import contextlib
import signal
import sqlite3

import psutil
import pytest

from tests.service import objectives
from tests.service.support import (
    assert_exact,
    finished,
    read,
    run,
    start,
    states,
    wait_until,
)
from tests.tuning.workers.support import is_gone

pytestmark = pytest.mark.service


@pytest.mark.parametrize("with_server", [False, True])
def test_nothing_that_trials_started_outlives_a_killed_search(tmp_path, with_server):
    process = start(tmp_path, "tests.service.objectives:starts_a_child", trials=2, workers=2)
    notes = tmp_path / "notes"
    wait_until(lambda: notes.exists() and len(list(notes.iterdir())) == 2)
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= 5  # server, two workers, two children of theirs
    if with_server:
        for child in psutil.Process(process.pid).children():
            child.kill()
    process.kill()
    process.communicate()
    wait_until(lambda: all(map(is_gone, children)), 10)


def test_ctrl_c_and_then_fewer_trials_ends(tmp_path):
    process = start(
        tmp_path,
        "tests.service.objectives:parabola_held_from_the_fourth",
        environment={objectives.HOLD: "1"},
        trials=60,
    )
    wait_until(lambda: finished(tmp_path) == 3 and states(tmp_path)["running"] == 2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert states(tmp_path) == {"complete": 3, "waiting": 2}
    fewer = run(objectives.parabola, tmp_path, trials=3)
    assert fewer.stopped_because == "trials"
    assert fewer.best is not None
    assert states(tmp_path) == {"complete": 3, "waiting": 2}
    one_more = run(objectives.parabola, tmp_path, trials=4)
    assert states(tmp_path) == {"complete": 4, "waiting": 1}
    assert one_more.stopped_because == "trials"
    assert_exact(run(objectives.parabola, tmp_path, trials=8).records, 8)


def test_killed_searches_cost_a_trial_none_of_its_attempts(tmp_path):
    for _ in range(2):
        process = start(
            tmp_path,
            "tests.service.objectives:parabola_held_from_the_fourth",
            environment={objectives.HOLD: "1"},
            trials=8,
            retries=0,
        )
        wait_until(lambda: finished(tmp_path) == 3 and states(tmp_path)["running"] == 2)
        process.kill()
        process.communicate()
    result = run(objectives.parabola_held_from_the_fourth, tmp_path, trials=8, retries=0)
    assert result.states == {"complete": 8}
    assert {record.attempts for record in result.records} == {1}


SHORT_LEASES = """
from tuning.engine.session import Session
Session.__init__.__kwdefaults__["lease"] = 1.0
"""


def holds_the_lock(root):
    """Whether somebody is in the middle of a transaction that writes."""
    with contextlib.closing(sqlite3.connect(root / "studies.db", timeout=0.2)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.rollback()
        return False


@pytest.mark.slow
def test_a_stopped_search_loses_its_trials_and_its_late_results_are_refused(tmp_path):
    process = start(
        tmp_path,
        "tests.service.objectives:slow_parabola",
        before=SHORT_LEASES,
        trials=30,
    )
    wait_until(lambda: finished(tmp_path) >= 2)
    group = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    while True:
        for member in group:
            member.suspend()
        if not holds_the_lock(tmp_path):
            break
        for member in group:
            member.resume()
    result = run(objectives.slow_parabola, tmp_path, trials=30)  # takes over what has no lease
    assert_exact(result.records, 30)
    for member in group:
        member.resume()
    output, errors = process.communicate(timeout=60)
    assert output == "trials 30\n", errors
    assert [r.values for r in read(tmp_path)] == [r.values for r in result.records]
