"""Whatever is killed or interrupted, a study ends with exactly its trials, each point once."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading

import psutil
import pytest

from tests.service import objectives
from tests.service.postgres import cluster
from tests.service.support import (
    assert_exact,
    by_state,
    ended,
    finished,
    read,
    run,
    settings,
    start,
    trials_in,
    wait_until,
)
from tuning import Float, JobError, Space, search

pytestmark = pytest.mark.service


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request, tmp_path):
    """What names the store of a search: `storage` where it is a server."""
    if request.param == "sqlite":
        yield {}
        return
    with cluster() as database:
        yield {"storage": database("interrupted")}


def kept(store, root):
    return trials_in("s", store.get("storage"), root)


def servers():
    """Workers' servers of this process, which has other children: those of `multiprocessing`."""
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any("tuning.workers.fork_server" in word for word in child.cmdline()):
                found.append(child)
    return found


def workers():
    """Workers of this process: children of its servers."""
    found = []
    for server in servers():
        with contextlib.suppress(psutil.NoSuchProcess):
            found += server.children()
    return found


def start_and_hold(root):
    """A search of 20 trials with three finished and two that run until something ends them."""
    objective = "tests.service.objectives:parabola_held_from_the_fourth"
    process = start(root, objective, environment={objectives.HOLD: "1"}, trials=20)
    wait_until(lambda: finished(root) == 3 and by_state(read(root))["running"] == 2)
    return process


def test_40_trials_survive_random_kills(tmp_path, store):
    kills, over = [], threading.Event()

    def kill_at_random():
        generator = random.Random(0)  # noqa: S311 - a test
        while not over.wait(0.2):
            alive = workers()
            if alive and len(kills) < 10:
                victim = generator.choice(alive)
                victim.send_signal(signal.SIGKILL)
                kills.append(victim.pid)

    thread = threading.Thread(target=kill_at_random)
    thread.start()
    try:
        # Chance may kill one trial more than once; the budget must hold all the same.
        result = run(objectives.slow_parabola, tmp_path, trials=40, workers=4, retries=9, **store)
    finally:
        over.set()
        thread.join()
    assert len(kills) >= 5
    assert_exact(result.records, 40)
    assert by_state(result.records) == {"complete": 40}
    assert max(record.attempts for record in result.records) > 1
    assert_exact(kept(store, tmp_path), 40)


def test_ctrl_c_ends_cleanly_and_the_next_search_goes_on(tmp_path):
    process = start_and_hold(tmp_path)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert output.startswith("interrupted")
    states = by_state(read(tmp_path))
    assert states["running"] == 0  # they wait
    assert states["complete"] == 3
    before = {r.number: r.params for r in read(tmp_path) if r.params}
    result = run(objectives.parabola_held_from_the_fourth, tmp_path, trials=20)
    assert_exact(result.records, 20)
    assert all(result.records[number].params == params for number, params in before.items())


def test_sigterm_ends_cleanly_too(tmp_path):
    process = start_and_hold(tmp_path)
    process.terminate()
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output.startswith("interrupted")


def test_trials_of_a_killed_search_are_taken_over_at_once(tmp_path):
    process = start_and_hold(tmp_path)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    assert by_state(read(tmp_path))["running"] == 2
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive  # no orphans
    result = run(objectives.parabola_held_from_the_fourth, tmp_path, trials=20)
    assert_exact(result.records, 20)
    assert by_state(result.records) == {"complete": 20}


def test_the_workers_server_may_die(tmp_path, store):
    over = threading.Event()

    def kill_server():
        while not over.wait(0.1):
            if ended(kept(store, tmp_path)) >= 3:
                for server in servers():
                    server.kill()
                return

    thread = threading.Thread(target=kill_server)
    thread.start()
    result = run(objectives.slow_parabola, tmp_path, trials=12, **store)
    over.set()
    thread.join()
    assert_exact(result.records, 12)
    assert_exact(kept(store, tmp_path), 12)


def test_several_searches_share_one_budget(tmp_path):
    searches = [
        start(tmp_path, "tests.service.objectives:slow_parabola", trials=16) for _ in range(2)
    ]
    outputs = [process.communicate(timeout=60) for process in searches]
    assert [process.returncode for process in searches] == [0, 0], outputs
    assert [output for output, _ in outputs] == ["trials 16\n", "trials 16\n"]
    records = read(tmp_path)
    assert_exact(records, 16)
    assert by_state(records) == {"complete": 16}


@pytest.mark.exhaustive
def test_a_finished_study_asks_for_nothing_more(tmp_path):
    first = run(objectives.parabola, tmp_path, trials=5)
    again = run(objectives.parabola, tmp_path, trials=5)
    assert [r.values for r in again.records] == [r.values for r in first.records]
    more = run(objectives.parabola, tmp_path, trials=7)
    assert_exact(more.records, 7)


def test_the_time_limit_of_a_search_leaves_trials_for_the_next(tmp_path):
    result = run(objectives.slow_parabola, tmp_path, trials=200, timeout=3)
    assert result.stopped_because == "timeout"
    assert by_state(result.records)["running"] == 0
    assert by_state(read(tmp_path))["running"] == 0


@pytest.mark.parametrize(
    ("objective", "limit", "expected"),
    [
        (objectives.parabola, {"recycle_after": 3}, [3, 3, 3]),
        # 10 MB more with every trial: the fourth is the first that ends 25 MB above the first.
        (objectives.leaves_ten_megabytes, {"recycle_growth": 25 * 10**6}, [4, 4, 1]),
    ],
)
def test_workers_are_recycled(tmp_path, objective, limit, expected):
    result = run(objective, tmp_path, trials=9, workers=1, **limit)
    pids = [record.notes["pid"] for record in result.records]
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == expected


def test_no_worker_is_left_behind(tmp_path):
    """The server may wait for the next search, without a worker."""
    run(objectives.parabola, tmp_path, trials=3)
    assert workers() == []


@pytest.mark.exhaustive
def test_one_worker_repeats_itself_in_a_fresh_process(tmp_path):
    for root in ("a", "b"):
        changes = {"trials": 14, "workers": 1, "strategy": "tpe", "pruner": "halving", "budget": 9}
        process = start(tmp_path / root, "tests.service.objectives:parabola", **changes)
        assert process.wait(60) == 0, process.stderr.read()
        process.communicate()
    first, second = read(tmp_path / "a"), read(tmp_path / "b")
    assert [(r.params, r.values, r.state, r.seed) for r in first] == [
        (r.params, r.values, r.state, r.seed) for r in second
    ]


def test_a_study_has_one_space(tmp_path):
    run(objectives.parabola, tmp_path, trials=2)
    other = Space({"x": Float(0.0, 0.5)})
    with pytest.raises(JobError, match=r"one space\. 's' has another one in x\. A space may grow"):
        search(objectives.parabola, other, settings(tmp_path))
    with pytest.raises(JobError, match=r"one set of metrics"):
        run(objectives.parabola, tmp_path, metrics=(("loss", "maximize"),))


def test_progress_tells_every_trial(tmp_path):
    seen = []
    space = Space({"x": Float(0.0, 1.0)})
    search(objectives.parabola, space, settings(tmp_path), on_progress=seen.append)
    assert seen[-1].finished == seen[-1].total == 8
    assert [p.finished for p in seen] == sorted(p.finished for p in seen)
    assert seen[-1].best_value == min(r.value for r in read(tmp_path))
    assert os.getpid() not in {r.notes["pid"] for r in read(tmp_path)}
