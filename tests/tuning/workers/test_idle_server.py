"""The server that the next search of a process takes over; tests are named after its rules."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

import psutil
import pytest

from tests.service.support import ROOT, SPACE, settings
from tests.tuning.workers import objectives
from tests.tuning.workers.support import assert_dead, ends, run, until
from tuning import search
from tuning.workers.idle_server import IDLE_SERVER, IdleServer
from tuning.workers.local import LocalPool
from tuning.workers.objective import Payload
from tuning.workers.processes import CAN_FORK

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(not CAN_FORK, reason="workers are forked on Linux only"),
]


@pytest.fixture(autouse=True)
def no_idle_server():
    """Each test begins and ends without one."""
    IDLE_SERVER.end()
    yield
    IDLE_SERVER.end()


def searched(folder, objective=objectives.double, **options):
    """Runs one task on a pool of its own; returns the server, and how it ended."""
    pool = LocalPool(1, log=folder / "workers.log", **options)
    try:
        pool.ensure(1)
        run(pool, objective)
        server = psutil.Process(pool._processes._server.pid)
        return server, ends(pool)
    finally:
        pool.close()


def test_the_next_search_takes_the_server_over(tmp_path):
    first, one = searched(tmp_path)
    second, two = searched(tmp_path)
    assert first == second
    assert one.notes["pid"] != two.notes["pid"]  # and none of its workers
    assert first.children() == []


def test_workers_print_to_the_log_of_their_own_search(tmp_path):
    for name in ("a", "b"):
        searched(tmp_path / name, objectives.prints_its_number)
    assert "number 0" in (tmp_path / "a" / "workers.log").read_text()
    assert (tmp_path / "b" / "workers.log").read_text() == "number 0\n"


def test_rule_1_one_server_is_idle(tmp_path):
    pools = [LocalPool(1, log=tmp_path / f"{number}.log") for number in range(2)]
    for pool in pools:
        pool.ensure(1)
        until(pool, lambda _, pool=pool: pool.free)
    servers = [psutil.Process(pool._processes._server.pid) for pool in pools]
    for pool in pools:
        pool.close()
    assert_dead(servers[:1])
    assert servers[1].is_running()


def test_rule_2_a_dead_server_is_replaced(tmp_path):
    first, _ = searched(tmp_path)
    first.kill()
    second, outcome = searched(tmp_path)
    assert second != first
    assert outcome.metrics == {"loss": 2.0}


@pytest.mark.parametrize("change", ["environment", "folder", "path", "preload", "threads"])
def test_rule_2_another_start_is_another_server(tmp_path, monkeypatch, change):
    first, _ = searched(tmp_path)
    options = {"preload": {"preload": ("json",)}, "threads": {"threads": 2}}.get(change, {})
    if change == "environment":
        monkeypatch.setenv("TEST_OF_WARM_SERVERS", "1")
    elif change == "folder":
        monkeypatch.chdir(tmp_path)
    elif change == "path":
        monkeypatch.syspath_prepend(str(tmp_path))
    second, _ = searched(tmp_path, **options)
    assert second != first


def test_rule_2_a_variable_that_imports_set_here_and_there_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "site-packages").mkdir()
    module = tmp_path / "site-packages" / "sets_a_variable.py"
    module.write_text("import os; os.environ.setdefault('TEST_OF_WARM_SERVERS', 'set')")
    monkeypatch.syspath_prepend(str(module.parent))
    first, _ = searched(tmp_path, preload=("sets_a_variable",))
    monkeypatch.setenv("TEST_OF_WARM_SERVERS", "set")
    second, _ = searched(tmp_path, preload=("sets_a_variable",))
    assert second == first


def test_rule_2_a_module_of_the_user_is_seen_as_it_is_now(tmp_path, monkeypatch):
    module = tmp_path / "own_objective.py"
    monkeypatch.syspath_prepend(str(tmp_path))
    payload = Payload(content="own_objective:loss", preload=("own_objective",), name="loss")
    found = []
    for value in (1.5, 22.5):  # Python compares size and second of a module it has compiled
        module.write_text(f"def loss(params, context): return {{'loss': {value}}}")
        _, outcome = searched(tmp_path, payload, preload=payload.preload)
        found.append(outcome.metrics["loss"])
    assert found == [1.5, 22.5]


def test_rule_3_an_idle_server_ends_after_a_while(tmp_path):
    server, _ = searched(tmp_path)
    short = IdleServer(seconds=0.1)
    short.give(IDLE_SERVER._forget())
    assert_dead([server])
    short.end()


def start(folder, *then):
    """A process that searches, says which processes it leaves, and does what is asked."""
    program = (
        "import os, pathlib, psutil, sys, time",
        "from tests.tuning.workers.test_idle_server import searched",
        "folder = pathlib.Path(sys.argv[1])",
        "searched(folder)",
        "print(*[p.pid for p in psutil.Process().children(recursive=True)], flush=True)",
        *then,
    )
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(program), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("signals", [(), (signal.SIGKILL,)])
def test_rule_3_nothing_is_left_of_a_process_that_ended(tmp_path, signals):
    process = start(tmp_path, "time.sleep(3600)" if signals else "")
    try:
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert pids
        left = []
        for pid in pids:
            with contextlib.suppress(psutil.NoSuchProcess):  # it has ended already
                left.append(psutil.Process(pid))
        for each in signals:
            process.send_signal(each)
        process.wait(timeout=100)
        assert_dead(left)
    finally:
        process.kill()
        process.communicate()


def test_rule_4_a_forked_process_has_a_server_of_its_own(tmp_path):
    process = start(
        tmp_path,
        "child = os.fork()",
        "server = searched(folder)[0]",
        "if not child:",
        "    print(server.pid, flush=True)",
        "    os._exit(0)",
        "os.waitpid(child, 0)",
        "print(server.pid, searched(folder)[0].pid)",
    )
    output, _ = process.communicate(timeout=100)
    before, of_the_child, *of_the_parent = output.split()
    assert of_the_child != before
    assert of_the_parent == [before, before]


def test_a_finished_study_starts_no_server(tmp_path):
    asked = settings(tmp_path, trials=2)
    search("tests.service.objectives:parabola", SPACE, asked)
    IDLE_SERVER.end()
    before = psutil.Process().children()
    search("tests.service.objectives:parabola", SPACE, asked)
    assert psutil.Process().children() == before
