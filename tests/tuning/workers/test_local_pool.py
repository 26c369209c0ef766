"""The pool of one machine keeps the rules of `WorkerPool`; each test is named after its rule."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from pipelines.cli.worker import worker as worker_command
from tests.tuning.workers import objectives
from tests.tuning.workers.support import assert_dead, ends, run, said, until
from tuning import JobError
from tuning.workers import processes, supervisor, worker_log
from tuning.workers.local import LocalPool
from tuning.workers.machine import visible_gpus
from tuning.workers.objective import Payload, pack
from tuning.workers.pool import Asked, Ended, Lost, Stopped
from tuning.workers.worker_log import WorkerLog

pytestmark = pytest.mark.service
FULL = Path("/dev/full")
FEW_PROCESSES = """
import os, pathlib
fork = os.fork
def limited():
    if pathlib.Path({file!r}).exists():
        raise BlockingIOError(11, "no process is free")
    return fork()
os.fork = limited
"""


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """One pool of two workers for all tests but those that end it."""
    opened = LocalPool(2, log=tmp_path_factory.mktemp("pool") / "workers.log")
    opened.ensure(2)
    yield opened
    opened.close()


def test_rules_1_and_3_each_task_ends_once_with_its_own_objective(pool):
    until(pool, lambda _: pool.free == 2)
    run(pool, objectives.double, name="a", x=2.0)
    run(pool, objectives.triple, name="b", x=2.0)
    messages = until(pool, lambda messages: len(messages) == 2)
    found = {message.token: message.outcome.metrics["loss"] for message in messages}
    assert found == {"a": 4.0, "b": 6.0}
    assert pool.receive(0.2) == []
    assert pool.free == 2


def test_rule_1_a_task_that_asks_waits_for_its_answer(pool):
    run(pool, objectives.asks, metric="loss")
    (asked,) = until(pool, said(Asked))
    assert (asked.token, asked.steps, asked.values) == ("t", [1], [1.0])
    pool.answer("t", prunes=False)
    (asked,) = until(pool, said(Asked))
    assert asked.steps == [1, 2]
    pool.answer("t", prunes=True)
    assert ends(pool).kind == "pruned"


def test_rule_2_nothing_is_heard_of_a_task_that_was_cancelled(pool, tmp_path):
    run(pool, objectives.starts_others, params={"folder": str(tmp_path)})
    started = tmp_path / "pids"
    until(pool, lambda _: started.exists() and started.read_text())
    others = [psutil.Process(int(pid)) for pid in started.read_text().split()]
    pool.cancel("t")
    pool.answer("t", prunes=True)  # too late
    assert_dead(others)
    assert until(pool, lambda _: pool.free == 2) == []


def test_rule_3_an_objective_that_cannot_be_loaded_breaks_its_own_task(pool):
    run(pool, Payload(content="tests.nothing:here", preload=(), name="here"))
    outcome = ends(pool)
    assert outcome.kind == "broken"
    assert "cannot be loaded" in outcome.reason
    run(pool, objectives.double)
    assert ends(pool).metrics == {"loss": 2.0}


def test_rule_4_a_worker_that_dies_takes_its_task_with_it(pool):
    run(pool, objectives.dies)
    assert until(pool, said(Lost)) == [Lost("t", "the worker ended with exit status 7")]
    until(pool, lambda _: pool.free == 2)


def test_rule_5_a_task_over_its_time_is_ended(pool):
    run(pool, objectives.sleeps, timeout=0.2)
    assert until(pool, said(Stopped)) == [Stopped("t", "time limit of 0.2 s")]


def test_rule_5_a_task_over_its_memory_is_ended(pool):
    run(pool, objectives.grows, memory_limit=200 * 2**20)
    (message,) = until(pool, said(Stopped))
    assert "memory limit: " in message.reason
    assert "200 MB allowed" in message.reason


def test_rule_6_wake_ends_a_wait(pool):
    until(pool, lambda _: pool.free == 2)
    pool.receive(0.0)
    threading.Timer(0.1, pool.wake).start()
    began = time.monotonic()
    assert pool.receive(60.0) == []
    assert time.monotonic() - began < 50


def test_a_task_needs_a_free_worker(tmp_path):
    pool = LocalPool(1, log=tmp_path / "workers.log")
    try:
        with pytest.raises(RuntimeError, match="needs a free worker"):
            pool.submit(None, pack(objectives.double))
    finally:
        pool.close()
        pool.close()  # rule 7: twice


def server(pool):
    return psutil.Process(pool._processes._server.pid)


def test_rule_4_the_server_may_die_together_with_a_worker(pool):
    until(pool, lambda _: pool.free == 2)
    victims = [server(pool), *server(pool).children()[:1]]
    run(pool, objectives.sleeps, name="a")
    run(pool, objectives.sleeps, name="b")
    for victim in victims:
        victim.kill()
    (lost,) = until(pool, said(Lost))
    pool.cancel({"a": "b", "b": "a"}[lost.token])
    until(pool, lambda _: pool.free == 2)
    run(pool, objectives.double)
    assert ends(pool).metrics == {"loss": 2.0}


def test_rule_8_idle_workers_may_be_killed_again_and_again(pool):
    for _ in range(8):
        until(pool, lambda _: pool.free == 2)
        for worker in list(pool._idle):
            os.kill(worker.pid, signal.SIGKILL)
        until(pool, lambda _: pool.free < 2)
    run(pool, objectives.double)
    assert ends(pool).metrics == {"loss": 2.0}


@pytest.mark.parametrize("use_fork", [True, False])
def test_rule_8_workers_that_never_start_are_an_error(tmp_path, monkeypatch, use_fork):
    # What an interpreter reads first ends it.
    program = "import os; print('no room', flush=True); os._exit(3)"
    (tmp_path / "sitecustomize.py").write_text(program)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(supervisor, "_LONGEST_PAUSE", 0.05)
    pool = LocalPool(1, log=tmp_path / "workers.log", use_fork=use_fork)
    pool.ensure(1)
    try:
        with pytest.raises(JobError, match=r"(?s)do not start.*exit status 3.*no room"):
            until(pool, lambda _: pool.free)
    finally:
        pool.close()


def test_rule_7_nothing_is_left_of_what_tasks_started(tmp_path):
    pool = LocalPool(1, log=tmp_path / "workers.log")
    pool.ensure(1)
    run(pool, objectives.starts_others, params={"folder": str(tmp_path)})
    started = tmp_path / "pids"
    until(pool, lambda _: started.exists() and started.read_text())
    others = [psutil.Process(int(pid)) for pid in started.read_text().split()]
    pool.close()
    assert_dead(others)


def test_workers_also_run_without_a_server(tmp_path):
    pool = LocalPool(1, log=tmp_path / "workers.log", use_fork=False)
    pool.ensure(1)
    try:
        run(pool, objectives.double)
        assert ends(pool).metrics == {"loss": 2.0}
    finally:
        pool.close()


def test_a_folder_of_the_same_name_is_not_the_package(tmp_path, monkeypatch):
    (tmp_path / "tuning").mkdir()
    (tmp_path / "tuning" / "__init__.py").write_text("raise RuntimeError('not this one')")
    monkeypatch.chdir(tmp_path)
    pool = LocalPool(1, log=tmp_path / "workers.log")
    pool.ensure(1)
    try:
        run(pool, objectives.double)
        assert ends(pool).metrics == {"loss": 2.0}
    finally:
        pool.close()


def test_the_log_is_kept_short_while_workers_write_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(worker_log, "_LOG_BYTES", 1000)
    log = WorkerLog(tmp_path / "workers.log")
    log.file.write(b"a" * 3000 + b"the end")
    log.file.flush()
    log.keep_short()
    assert (tmp_path / "workers.log").stat().st_size == 0
    older = (tmp_path / "workers.log.1").read_bytes()
    assert len(older) == 1000
    assert older.endswith(b"the end")
    log.file.write(b"more")
    log.close()
    assert (tmp_path / "workers.log").read_bytes() == b"more"
    assert "more" in log.last_words()


@pytest.mark.parametrize("use_fork", [True, False])
def test_each_worker_sees_a_gpu_of_its_own(tmp_path, use_fork):
    devices = ["GPU-a", "GPU-b"]
    pool = LocalPool(2, log=tmp_path / "workers.log", devices=devices, use_fork=use_fork)
    try:
        pool.ensure(2)
        until(pool, lambda _: pool.free == 2)
        run(pool, objectives.sees_a_device, name="a")
        run(pool, objectives.sees_a_device, name="b")
        messages = until(pool, lambda messages: len(messages) == 2)
        assert {message.outcome.notes["device"] for message in messages} == set(devices)
    finally:
        pool.close()


def test_fewer_gpus_than_workers_are_refused(tmp_path):
    with pytest.raises(ValueError, match="Each of 2 workers needs a GPU of its own"):
        LocalPool(2, log=tmp_path / "workers.log", devices=["0"])


def test_the_environment_chooses_the_gpus(monkeypatch, tmp_path):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, 3")
    assert visible_gpus() == ["2", "3"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert visible_gpus() == []
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho GPU-1\necho GPU-2\n")
    program.chmod(0o755)
    assert visible_gpus() == ["GPU-1", "GPU-2"]


def work(*options):
    return CliRunner().invoke(worker_command, options, catch_exceptions=False)


def test_gpus_that_are_not_there_are_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with pytest.raises(JobError, match=r"room for 1 workers of 1 GPUs each, with 1 GPUs\. Got 2"):
        work("--gpus", "--slots", "2")


@pytest.mark.parametrize("duration", ["0s", "soon", "-1min"])
def test_a_store_timeout_that_is_none_is_refused(duration):
    with pytest.raises(ValueError, match=r"[Dd]uration|> 0`"):
        work("--store-timeout", duration)


def test_a_pool_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match=r"No pool named 'rai'\. Did you mean 'ray'"):
        work("--pool", "rai")


def test_an_address_of_mlflow_that_is_none_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "foo://x")
    with pytest.raises(ValueError, match="No tracking scheme named 'foo'"):
        work()


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that takes nothing")
def test_a_full_disk_ends_no_worker(tmp_path, monkeypatch):
    """What a replaced worker, or an import, printed cannot be written: the others go on."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # else the objective itself fails
    (tmp_path / "says_hello.py").write_text("print('hello')")
    monkeypatch.syspath_prepend(str(tmp_path))
    pool = LocalPool(2, log=FULL, preload=("says_hello",), recycle_after=1)
    try:
        pool.ensure(1)
        run(pool, objectives.sleeps, name="long")
        pool.ensure(2)
        for name in ("first", "second"):  # of a worker that was forked after the other one
            run(pool, objectives.prints, name=name, x=10)
            (ended,) = until(pool, lambda messages: messages)
            assert (type(ended), ended.token) == (Ended, name)
    finally:
        pool.close()


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that takes nothing")
def test_a_full_disk_leaves_the_log_long(tmp_path, monkeypatch):
    monkeypatch.setattr(worker_log, "_LOG_BYTES", 100)
    log = WorkerLog(tmp_path / "workers.log")
    log.path.write_bytes(b"x" * 1000)
    (tmp_path / "workers.log.1").symlink_to(FULL)
    log.keep_short()
    assert log.path.stat().st_size == 1000
    log.close()


def test_a_machine_without_a_free_process_ends_no_worker(tmp_path, monkeypatch):
    """What could not be forked is asked for again; until then the others go on."""
    monkeypatch.setattr(processes, "START_SECONDS", 5.0)
    full = tmp_path / "full"
    (tmp_path / "few_processes.py").write_text(FEW_PROCESSES.format(file=str(full)))
    monkeypatch.syspath_prepend(str(tmp_path))
    pool = LocalPool(2, log=tmp_path / "workers.log", preload=("few_processes",))
    try:
        pool.ensure(1)
        run(pool, objectives.sleeps, name="long")
        full.touch()
        pool.ensure(2)
        lost = until(pool, lambda _: "no process is free" in pool._log.last_words())
        full.unlink()
        lost += until(pool, lambda _: pool.free)
        assert lost == []
    finally:
        pool.close()
