"""Workers of the service: real processes, jobs in a real store, and what may happen to them."""

from __future__ import annotations

import signal
import time

import pytest

from pipelines.service.submission import change
from tests.service.postgres import cluster
from tests.service.store import Store
from tuning import open_study
from tuning.service.capacity import Resources
from tuning.storage.records import FINISHED, GROWTH, RESULT

# Each starts whole workers.
pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(500)]
WAIT = 200.0  # seconds until a worker ends, on a busy machine


@pytest.fixture(scope="module")
def server():
    with cluster() as database:
        yield database


@pytest.fixture
def store(server, request, tmp_path):
    name = f"w{abs(hash(request.node.name)) % 10**8}"
    return Store(server(name), tmp_path)


def test_two_jobs_two_workers_one_killed(store):
    store.submit("first", trials=30)
    store.submit("second", trials=30)
    with store.workers(2) as (killed, other):
        store.wait_for(lambda: store.finished("first") >= 3 and store.finished("second") >= 3)
        killed.kill()
        assert other.wait(WAIT) == 0
    store.assert_done("first", 30)
    store.assert_done("second", 30)


def test_equal_jobs_advance_together_and_an_urgent_one_first(store):
    jobs = ("one", "two", "urgent")
    for name in jobs[:2]:
        store.submit(name, trials=20)
    store.submit("urgent", trials=6, priority=5)
    with store.workers() as (worker,):
        assert worker.wait(WAIT) == 0
    trials = {name: store.trials(name) for name in jobs}
    ends = {name: max(trial.finished for trial in trials[name]) for name in jobs}
    assert ends["urgent"] == min(ends.values())
    # Jobs are opened one after the other: what counts is what they get while both are served.
    both = max(min(trial.started for trial in trials[name]) for name in jobs[:2])
    last = min(ends[name] for name in jobs[:2])
    one, two = (sum(both <= t.started <= last for t in trials[name]) for name in jobs[:2])
    assert min(one, two) > 0.6 * max(one, two)


@pytest.mark.slow
def test_equal_jobs_take_turns_on_one_slot(store):
    for name in ("one", "two"):
        store.submit(name, trials=5, objective="parabola_of_two_seconds")
    with store.workers(1, "--slots", "1") as (worker,):
        assert worker.wait(WAIT) == 0
    begun = sorted((trial.started, name) for name in ("one", "two") for trial in store.trials(name))
    order = [name for _, name in begun]
    assert order[2:8] in (["one", "two"] * 3, ["two", "one"] * 3)


def test_sigterm_gives_trials_back_and_the_next_worker_goes_on(store):
    store.submit("long", trials=24)
    with store.workers(once=False) as (worker,):
        store.wait_for(lambda: store.finished("long") >= 2)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WAIT) == 0
    assert {trial.state for trial in store.trials("long")} <= {*FINISHED, "waiting"}
    with store.workers() as (worker,):
        assert worker.wait(WAIT) == 0
    store.assert_done("long", 24)


def test_a_job_that_was_paused_goes_on_to_its_exact_end(store):
    store.submit("job", trials=40)
    with store.workers() as (worker,):
        store.wait_for(lambda: store.finished("job") >= 2)
        store.client.pause("job")
        store.wait_for(lambda: store.client.status("job").to_dict()["running"] == 0)
        paused_at = store.finished("job")
        time.sleep(1.0)
        assert store.finished("job") == paused_at < 40
        store.client.resume("job")
        assert worker.wait(WAIT) == 0
    store.assert_done("job", 40)


def test_a_job_is_cancelled_in_flight(store):
    store.submit("job", trials=40)
    with store.workers(once=False):
        store.wait_for(lambda: store.finished("job") >= 2)
        store.client.cancel("job")
        store.wait_for(lambda: store.client.status("job").to_dict()["running"] == 0)
    assert store.client.status("job").job.state == "cancelled"
    assert store.client.result("job")["best_value"] is not None


def test_more_trials_while_it_runs(store):
    store.submit("job", trials=6)
    with store.workers() as (worker,):
        store.wait_for(lambda: store.finished("job") >= 1)
        store.client.queue.change("job", {"trials": 10})
        assert worker.wait(WAIT) == 0
    store.assert_done("job", 10)


def test_a_job_ends_with_its_time_and_goes_on_when_it_is_resumed(store):
    store.submit("job", trials=600, objective="parabola_of_two_seconds", timeout="1h")
    with store.workers(2) as workers:
        store.wait_for(lambda: store.finished("job") >= 2)
        store.client.queue.change("job", {"timeout": "1s"})  # of which nothing is left
        assert [worker.wait(WAIT) for worker in workers] == [0, 0]
    status = store.client.status("job")
    assert (status.job.state, status.job.reason) == ("done", "is at the end of its `timeout`")
    assert 2 <= status.finished < 600
    assert open_study("job", store.url).user_attrs[RESULT]["best_trial"] is not None
    store.client.queue.change("job", {"trials": status.finished + 1, "timeout": "1h"})
    store.client.resume("job")
    with store.workers() as (worker,):
        assert worker.wait(WAIT) == 0
    assert store.client.status("job").finished == status.finished + 1


def test_a_wrong_job_fails_with_its_reason_and_others_go_on(store):
    store.client.submit("function: os:system\ntrials: 2\n", name="evil", trials=2)
    store.submit("broken", objective="always_raises")
    store.submit("good", trials=3)
    with store.workers() as (worker,):
        assert worker.wait(WAIT) == 0
    store.assert_done("good", 3)
    jobs = {status.job.name: status.job for status in store.client.jobs()}
    assert jobs["evil"].state == jobs["broken"].state == "failed"
    assert "not allowed here" in jobs["evil"].reason
    assert "no such file" in jobs["broken"].reason


def test_a_job_without_its_data_waits_and_burns_no_trial(store, monkeypatch):
    monkeypatch.delenv("COOKBOOK_DATA", raising=False)  # a machine that has them
    store.client.submit("recipe: cifar10-lenet\ntrials: 2\n", name="images", trials=2)
    store.submit("good", trials=2)
    with store.workers() as (worker,):
        assert worker.wait(WAIT) == 0
    store.assert_done("good", 2)
    assert store.client.status("images").to_dict()["state"] == "queued"
    assert store.client.status("images").counts == {}
    (line,) = store.client.lines("images")
    assert "The data of this job are not here" in line.text


def test_labels_choose_the_worker(store):
    store.submit("big", trials=2, needs=Resources(labels=("gpu",)))
    with store.workers() as (worker,):
        assert worker.wait(WAIT) == 0
    assert store.client.status("big").job.state == "queued"
    with store.workers(1, "--label", "gpu") as (worker,):
        assert worker.wait(WAIT) == 0
    store.assert_done("big", 2)


def test_the_slots_of_a_worker_may_be_on_ray(store):
    pytest.importorskip("ray")
    store.submit("job", trials=6)
    with store.workers(1, "--pool", "ray") as (worker,):
        assert worker.wait(WAIT) == 0
    store.assert_done("job", 6)


def test_the_space_of_a_running_job_grows(store, monkeypatch):
    monkeypatch.setenv("COOKBOOK_MODULES", "tests.service.objectives")
    store.submit("job", trials=100)
    with store.workers(2) as workers:
        store.wait_for(lambda: store.finished("job") >= 3)
        change("job", store.client, {"space": {"x": {"float": [-3.0, 3.0]}}})
        assert [worker.wait(WAIT) for worker in workers] == [0, 0]
    store.assert_done("job", 100)
    (entry,) = open_study("job", store.url).user_attrs[GROWTH]
    values = [trial.params["x"] for trial in store.trials("job")]
    assert all(0.0 <= x <= 1.0 for x in values[: entry["trials"]])
    assert any(not 0.0 <= x <= 1.0 for x in values[entry["trials"] :])


def test_checkpoints_of_a_cancelled_job_go(store, tmp_path, monkeypatch):
    folder = tmp_path / "checkpoints"
    (folder / "job" / "00000").mkdir(parents=True)
    monkeypatch.setenv("COOKBOOK_CHECKPOINTS", str(folder))
    store.submit("job")
    store.client.cancel("job")
    with store.workers(1, once=False):
        store.wait_for(lambda: not (folder / "job").exists())
