"""A worker in this process, on a real store, with a real pool."""

from __future__ import annotations

import sqlite3
import threading
import time
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from tests.tuning.service.receiver import Receiver
from tuning import Client, Float, JobError, SearchSettings, Space, StoreError
from tuning.service.capacity import Resources
from tuning.service.tables import JOBS
from tuning.service.watcher import QueueWatcher
from tuning.service.webhook import Webhook
from tuning.service.worker import Worker
from tuning.workers.local import LocalPool
from tuning.workers.objective import pack

SPACE = Space({"x": Float(0.0, 1.0)})


class Place:
    """A store in a file, whose write lock a test can hold, and a worker on it."""

    def __init__(self, folder):
        self.folder = folder
        self.client = Client(root=folder, store_timeout=0.5)
        self.beats = 0
        self.locked = threading.Event()
        self.opened: list[str] = []
        self.end = ["true"]

    def served(self, job):
        self.opened.append(job.name)
        if job.name in ("slow", "wrong"):
            self.locked.wait()
        if job.name == "wrong":
            raise JobError("no such recipe")
        settings = SearchSettings(
            study=job.name,
            root=self.folder,
            trials=1,
            timeout=job.timeout,
            metrics=[("loss", "minimize")],
            strategy="random",
            pruner="none",
        )
        payload = pack("tests.service.objectives:waits_for_a_file")
        quiet = {"follow": lambda: None, "close": lambda: None}
        return SimpleNamespace(space=SPACE, settings=settings, payload=payload, **quiet)

    def work(self, stop, *, tell=lambda line: None, **options):
        worker = Worker(
            self.client,
            LocalPool(2, log=self.folder / "log"),
            resolve=self.served,
            end_command=lambda job: self.end,
            folder=self.folder,
            beat=self._beat,
            **options,
        )
        worker.run(stop, tell=tell)

    def hold_the_write_lock(self):
        holder = sqlite3.connect(self.folder / "studies.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        return holder

    def wait_for(self, condition, seconds=100.0):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.02)

    def _beat(self):
        self.beats += 1


@pytest.fixture
def receiver():
    with Receiver() as opened:
        yield opened


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr("tuning.storage.connections.BUSY_SECONDS", 0.1)
    return Place(tmp_path)


def test_a_store_that_takes_no_write_holds_up_no_trial(place, receiver):
    stop = threading.Event()
    webhook = Webhook(receiver.address, "secret")
    place.client.submit("", name="good", trials=1)
    thread = threading.Thread(target=place.work, args=[stop], kwargs={"webhook": webhook})
    thread.start()
    try:
        place.wait_for(lambda: (place.folder / "began").exists())
        place.client.submit("", name="wrong", trials=1)
        place.client.submit("", name="large", trials=1, needs=Resources(gpus=2, labels=("a100",)))
        place.wait_for(lambda: place.beats > 3)
        holder = place.hold_the_write_lock()
        place.locked.set()  # the job fails now, which cannot be written
        before = place.beats
        place.wait_for(lambda: place.beats >= before + 10)
        (place.folder / "go-on").touch()
        outbox = place.folder / "studies" / "good" / "outbox"
        place.wait_for(lambda: (place.folder / "ended").exists())
        assert place.client.status("wrong").job.state == "queued"
        holder.execute("ROLLBACK")
        place.wait_for(lambda: place.client.status("wrong").job.state == "failed")
        place.wait_for(lambda: place.client.status("good").counts["complete"] == 1)
        assert not list(outbox.glob("*.json"))
    finally:
        stop.set()
        thread.join()
    assert place.client.status("wrong").job.reason == "no such recipe"
    assert [line.text for line in place.client.lines("wrong")] == ["no such recipe"]
    (line,) = place.client.lines("large")
    assert "needs the label 'a100' and 2 GPUs for each trial (0 here)" in line.text
    assert place.client.status("large").job.state == "queued"
    events = {event["event"]: event for event in receiver.wait_for(2)}
    assert events["failure"]["reason"] == "no such recipe"
    assert (events["best"]["job"], events["best"]["trial"]) == ("good", 0)


def test_the_time_of_a_job_counts_from_its_start_whoever_serves_it(place):
    place.client.submit("", name="good", trials=1, timeout=3.0)
    for _ in range(2):  # a worker that goes on with the job has no time of its own
        (place.folder / "began").unlink(missing_ok=True)
        stop = threading.Event()
        thread = threading.Thread(target=place.work, args=[stop])
        thread.start()
        try:
            place.wait_for(lambda: place.client.status("good").job.state == "finishing")
        finally:
            stop.set()
            thread.join()
        status = place.client.status("good")
        assert status.job.reason == "is at the end of its `timeout`"
        # The session's clock ends it, which began a moment before the job's did.
        assert status.job.elapsed > 2.9
        assert status.counts["waiting"] == sum(status.counts.values())  # for the next search
        with place.client.engine.begin() as connection:  # as its worker died before it said so
            connection.execute(sa.update(JOBS).values(state="running", reason=""))
        # The moment that the job's clock has left is time for a trial to begin.
        place.wait_for(lambda: place.client.status("good").job.is_overdue)
    assert not (place.folder / "began").exists()
    lines = [line.text for line in place.client.lines("good")]
    assert lines.count("serves this job") == 2  # also of the worker that only joined


def test_a_job_past_its_time_ends_also_where_others_have_all_slots(place):
    stop = threading.Event()
    thread = threading.Thread(target=place.work, args=[stop])
    place.client.submit("", name="first", trials=9, priority=1)
    thread.start()
    try:
        place.wait_for(lambda: (place.folder / "began").exists())
        place.client.submit("", name="late", trials=1, timeout=0.5)
        place.client.queue.move("late", "running")
        place.wait_for(lambda: place.client.status("late").job.state == "finishing", seconds=30)
        assert place.client.status("first").job.state == "running"
    finally:
        stop.set()
        thread.join()
    late = place.client.status("late")
    assert late.job.reason == "is at the end of its `timeout`"
    assert sum(late.counts.values()) == 0


def test_a_job_that_others_brought_to_its_end_while_it_was_opened_stays_there(place):
    place.client.submit("", name="slow", trials=1)
    stop, told = threading.Event(), []
    thread = threading.Thread(target=place.work, args=[stop], kwargs={"tell": told.append})
    thread.start()
    try:
        place.wait_for(lambda: place.opened)
        for state in ("running", "finishing"):
            assert place.client.queue.move("slow", state)
        place.locked.set()
        place.wait_for(lambda: "slow: serves this job" in told)
    finally:
        stop.set()
        thread.join()
    assert place.client.status("slow").job.state == "finishing"
    assert place.client.lines("slow") == []


def test_an_end_whose_process_cannot_be_started_is_tried_again(place, monkeypatch):
    monkeypatch.setattr("tuning.service.worker._END_SECONDS", 0.1)
    place.end = [str(place.folder / "away")]  # as where no process is free
    place.client.submit("", name="late", trials=1)
    for state in ("running", "finishing"):
        place.client.queue.move("late", state)
    stop, told = threading.Event(), []
    thread = threading.Thread(target=place.work, args=[stop], kwargs={"tell": told.append})
    thread.start()
    try:
        place.wait_for(lambda: any("the end did not start" in line for line in told), seconds=30)
        place.end = ["true"]
        place.wait_for(lambda: "late: is over" in told, seconds=30)
    finally:
        stop.set()
        thread.join()


def test_a_store_that_stays_away_ends_the_worker(place):
    place.client.submit("", name="wrong", trials=1)
    place.locked.set()
    holder = place.hold_the_write_lock()
    with pytest.raises(StoreError, match="another process holds it for long"):
        place.work(threading.Event(), store_timeout=0.2)
    holder.execute("ROLLBACK")


def test_a_fault_behind_the_worker_ends_it(place):
    """It would go on for ever with the queue as it was."""
    watcher = QueueWatcher(place.client, seconds=0.01)
    watcher.start()
    watcher.write(lambda queue: {}["no such key"])
    place.wait_for(lambda: isinstance(watcher.error, KeyError), seconds=30)
    watcher.close()
