"""One process at a time writes the runs of a study."""

from __future__ import annotations

import threading
import time

import pytest

from tuning.storage.database import open_storage
from tuning.storage.senders import Sender


@pytest.fixture
def engine(tmp_path):
    return open_storage(f"sqlite:///{tmp_path / 'studies.db'}").engine


def test_1_of_many_at_once_one_holds_the_claim(engine):
    senders = [Sender(engine, "mark") for _ in range(6)]
    found, ready = [], threading.Barrier(len(senders))

    def take(sender):
        ready.wait()
        found.append(sender.take())

    threads = [threading.Thread(target=take, args=[sender]) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False] * 5 + [True]
    assert Sender(engine, "another mark").take()


def test_2_a_claim_is_kept_given_back_or_runs_out(engine):
    first, second = Sender(engine, "mark", lease=60), Sender(engine, "mark", lease=60)
    assert first.take()
    assert first.take()  # keeps it
    assert not second.take()
    first.give_back()
    assert second.take()
    second.give_back()
    silent = Sender(engine, "mark", lease=0.1)
    assert silent.take()
    end = time.monotonic() + 60.0
    while not second.take():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not silent.take()
