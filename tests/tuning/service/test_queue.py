"""The queue of jobs: its rules, on a real store."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tests.service.postgres import cluster
from tests.tuning.tracking.studies import confirmed_study
from tuning import Client, JobError
from tuning.service import job_log
from tuning.service.capacity import Resources
from tuning.service.job_record import BEFORE, ENDED, STATES
from tuning.service.queue import JobQueue
from tuning.storage.database import open_storage
from tuning.storage.records import record_result
from tuning.storage.summaries import list_studies

NEEDS = Resources(labels=("gpu", "big", "gpu"), gpus=2, memory=4 * 10**9)


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    return open_storage(f"sqlite:///{tmp_path_factory.mktemp('queue') / 'studies.db'}")


@pytest.fixture
def queue(storage):
    jobs = JobQueue(storage)
    for job in jobs.jobs():
        jobs.forget(job.name)
    return jobs


def submit(queue, name="a", **options):
    return queue.submit(name, "recipe: digits-mlp\n", submitter="ada", **options)


def test_a_job_is_stored_whole(queue):
    job = submit(queue, priority=3, weight=2.0, cap=4, needs=NEEDS)
    assert (job.state, job.submitter, job.priority, job.weight, job.cap) == (
        *("queued", "ada"),
        *(3, 2.0, 4),
    )
    assert job.labels == ("big", "gpu")
    assert (job.needs.gpus, job.needs.memory) == (2, 4 * 10**9)
    assert job.text == "recipe: digits-mlp\n"
    assert job.submitted > 1_000_000_000
    assert job.started is job.ended is None


def test_rule_1_a_name_belongs_to_one_job(queue):
    submit(queue)
    with pytest.raises(JobError, match="'a' exists already: ada submitted it and it is queued"):
        submit(queue)


def test_rule_1_of_two_submitters_at_once_one_wins(queue):
    ends = []

    def race():
        try:
            ends.append(submit(queue, "race").state)
        except JobError as error:
            ends.append(str(error)[:14])

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["A job named 'r"] * 3 + ["queued"]


def test_rule_2_states_change_along_the_table_only(queue):
    reachable = {"queued"}
    for state in STATES:
        submit(queue, state)
    for state, before in BEFORE.items():
        assert queue.move(state, state) == ("queued" in before), state
        reachable |= {state} if set(before) & reachable else set()
    assert reachable == set(STATES)


def test_a_run_from_submission_to_the_end(queue):
    submit(queue)
    assert queue.move("a", "running")
    started = queue.job("a").started
    assert queue.move("a", "finishing")
    assert not queue.move("a", "running")  # a worker had begun to open it before
    assert queue.job("a").started == started
    assert queue.move("a", "done")
    job = queue.job("a")
    assert job.is_over
    assert job.ended >= job.started >= job.submitted


def test_a_job_has_one_clock_until_it_is_resumed(queue):
    assert submit(queue).elapsed == 0.0
    queue.move("a", "running")
    time.sleep(0.05)
    assert 0.05 <= queue.job("a").elapsed < 60
    queue.move("a", "finishing")
    queue.move("a", "done", reason="is at the end of its `timeout`")
    elapsed = queue.job("a").elapsed
    time.sleep(0.01)
    assert queue.job("a").elapsed == elapsed > 0.05  # it is over
    resumed = queue.resume("a")
    assert (resumed.started, resumed.elapsed, resumed.reason) == (None, 0.0, "")


def test_commands_say_why_they_cannot(queue):
    submit(queue)
    assert queue.cancel("a", reason="by ada").reason == "by ada"
    with pytest.raises(JobError, match="'a' is cancelled; only a job that is queued or running"):
        queue.pause("a")
    assert queue.resume("a").state == "queued"
    assert queue.pause("a").state == "paused"
    assert queue.set_priority("a", 7).priority == 7
    with pytest.raises(JobError, match=r"No job named 'aa'\. Did you mean 'a'"):
        queue.cancel("aa")


@pytest.mark.parametrize(("option", "text"), [({"weight": 0.0}, "weight"), ({"cap": 0}, "cap")])
def test_numbers_out_of_range_are_refused(queue, option, text):
    with pytest.raises(JobError, match=f"{text}.*Got {text}"):
        submit(queue, **option)
    assert queue.jobs() == []


def test_changes_win_and_add_up(queue):
    submit(queue)
    queue.change("a", {"trials": 40})
    job = queue.change("a", {"timeout": "2h"})
    assert job.changes == {"trials": 40, "timeout": "2h"}
    assert (job.trials, job.timeout) == (40, 7200.0)
    assert queue.change("a", {"timeout": None}).timeout is None


def test_a_log_is_followed_and_bounded(queue, monkeypatch):
    monkeypatch.setattr(job_log, "KEPT_LINES", 3)
    submit(queue)
    for number in range(5):
        queue.log.add("a", f"line {number}", source="worker-1")
    lines = queue.log.lines("a")
    assert [line.text for line in lines] == ["line 2", "line 3", "line 4"]
    assert [line.text for line in queue.log.lines("a", after=lines[0].id)] == ["line 3", "line 4"]
    with pytest.raises(JobError, match="No job named 'b'"):
        queue.log.lines("b")


def test_jobs_are_listed_by_state(queue):
    submit(queue, "first")
    submit(queue, "second")
    queue.move("second", "running")
    assert [job.name for job in queue.jobs()] == ["first", "second"]
    assert [job.name for job in queue.jobs(states=["running"])] == ["second"]
    assert queue.jobs(states=ENDED) == []


def test_a_hundred_jobs_are_listed_with_two_queries(queue, storage):
    client = Client(storage.url)
    for number in range(100):
        submit(queue, f"job-{number}")
    asked = []
    event.listen(
        client.queue._storage.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )
    assert len(client.jobs(states=["queued"])) == 100
    assert [text.split()[0] for text in asked] == ["BEGIN", "SELECT"] * 2


def test_results_and_listings_name_the_trial_that_was_confirmed(tmp_path):
    client = Client(f"sqlite:///{tmp_path / 'studies.db'}")
    client.submit("", name="digits", trials=6)
    storage = open_storage(client.url)
    study = confirmed_study(storage)
    found = client.result("digits")
    assert (found["metric"], found["best_value"]) == ("val_accuracy", 0.95)
    assert found["best_params"]["learning_rate"] == 0.02
    record_result(study, {"best_trial": 1, "trials": 6})
    assert [summary.best.number for summary in list_studies(client.url)] == [1]


def test_a_queue_of_an_earlier_version_gets_its_columns(tmp_path):
    storage = open_storage(f"sqlite:///{tmp_path / 'studies.db'}")
    submit(JobQueue(storage), "old")
    with storage.engine.begin() as connection:
        for name in ("gpus", "memory", "timeout"):
            connection.execute(sa.text(f"ALTER TABLE cookbook_jobs DROP COLUMN {name}"))
    queue = JobQueue(storage)
    assert queue.job("old").needs == Resources()
    assert not queue.job("old").is_overdue
    assert submit(queue, "new", needs=NEEDS).needs.gpus == 2


def test_a_job_that_was_changed_meanwhile_does_not_fail(queue):
    submit(queue)
    queue.change("a", {"trials": 40})
    assert not queue.move("a", "failed", reason="of before", changes={})
    assert queue.job("a").state == "queued"
    assert queue.move("a", "failed", reason="of now", changes={"trials": 40})


def test_a_command_whose_answer_was_lost_was_obeyed(queue, lose_answer):
    lose_answer(queue._storage)
    assert submit(queue).state == "queued"
    with pytest.raises(JobError, match="'a' exists already"):
        submit(queue)
    lose_answer(queue._storage)
    assert queue.pause("a").state == "paused"
    lose_answer(queue._storage)
    assert queue.cancel("a", reason="by ada").reason == "by ada"
    with pytest.raises(JobError, match="'a' is cancelled; only a job that is"):
        queue.cancel("a", reason="by bob")


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.service)])
def test_what_no_store_can_hold_is_written_in_its_digits(storage, kind):
    text = "caf\udce9.csv of \0 rows"  # a file name, the end of a log after a power cut
    with contextlib.ExitStack() as servers:
        if kind == "postgres":
            database = servers.enter_context(cluster())
            storage = open_storage(database("texts"))
        queue = JobQueue(storage)
        submit(queue, "texts")
        queue.log.add("texts", text, source="worker-1")
        assert [line.text for line in queue.log.lines("texts")] == [r"caf\udce9.csv of \0 rows"]
        assert queue.cancel("texts", reason=text).reason == r"caf\udce9.csv of \0 rows"
