"""The end of a study is held by one search at a time, and no reading of the test split is lost."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

from tests.tuning.storage.test_storage import book_of
from tuning import JobError, open_study
from tuning.engine.ending import claimed_ending
from tuning.storage.claim_rows import LeaseLostError
from tuning.storage.database import open_storage
from tuning.storage.finals import FinalBook
from tuning.storage.records import RESULT
from tuning.storage.studies import delete_study


@pytest.fixture
def url(tmp_path):
    found = f"sqlite:///{tmp_path}/studies.db"
    book_of(found)
    return found


def finals(url, *, lease=60.0):
    return FinalBook(open_storage(url), open_study("s", url)._study_id, lease=lease)


def test_rule_1_one_search_holds_the_end(url):
    first, second = finals(url), finals(url)
    claim = first.claim_final()
    assert second.claim_final() is None
    assert second.is_held()
    assert first.renew(claim)
    first.release(claim)
    assert second.claim_final().attempts == 2


def test_rule_2_the_end_of_a_search_that_is_silent_goes_on_to_another(url):
    silent, other = finals(url, lease=0.0), finals(url)
    late = silent.claim_final()
    claim = other.claim_final()
    assert not silent.renew(late)
    for report in (silent.record_reading, lambda held: silent.finish(held, {"score": 1})):
        with pytest.raises(LeaseLostError, match="took the end of the study over"):
            report(late)
    silent.release(late)  # changes nothing
    other.finish(claim, {"score": 2})
    assert open_study("s", url).user_attrs[RESULT] == {"score": 2}


def test_rule_3_readings_are_counted_before_they_happen_and_kept(url):
    silent, other = finals(url, lease=0.0), finals(url)
    assert silent.record_reading(silent.claim_final()) == 1
    claim = other.claim_final()
    assert claim.test_reads == 1
    assert other.record_reading(claim) == 2


def test_rule_3_readings_of_an_earlier_version_stand_in_the_result(url):
    open_study("s", url).set_user_attr(RESULT, {"test_reads": 3})
    book = finals(url)
    assert book.record_reading(book.claim_final()) == 4


def test_rule_4_a_result_frees_the_end(url):
    book = finals(url)
    book.finish(book.claim_final(), {"score": 1})
    assert not book.is_held()
    assert finals(url).claim_final() is not None


def test_a_study_that_is_being_finished_is_not_deleted(url):
    book = finals(url)
    claim = book.claim_final()
    with pytest.raises(JobError, match=r"being finished cannot be deleted\. Wait for 's'"):
        delete_study("s", url)
    book.release(claim)
    delete_study("s", url)


def current(result):
    return result.get("trials") == 8


def test_a_current_result_is_read_and_an_old_one_made_anew(url):
    with claimed_ending("s", url, is_current=current) as ending:
        assert ending.earlier == {}
        assert ending.record_reading() == 1
        ending.finish({"trials": 4})
    with claimed_ending("s", url, is_current=current) as ending:
        assert ending.earlier == {"trials": 4}
        ending.finish({"trials": 8})
    with claimed_ending("s", url, is_current=current) as ending:
        assert ending is None


def test_an_end_that_failed_is_given_back(url):
    with pytest.raises(ZeroDivisionError), claimed_ending("s", url, is_current=current):
        _ = 1 / 0
    assert not finals(url).is_held()


def test_a_lease_is_renewed_while_the_end_takes_long_and_the_others_wait(url):
    held, waits = threading.Event(), threading.Event()

    def end_slowly():
        with claimed_ending("s", url, is_current=current, lease=3.0) as ending:
            held.set()
            waits.wait(30)
            time.sleep(4.0)  # longer than the lease
            ending.finish({"trials": 8})

    thread = threading.Thread(target=end_slowly)
    thread.start()
    assert held.wait(30)
    with claimed_ending("s", url, is_current=current, on_wait=waits.set) as other:
        assert other is None
    thread.join()
    assert waits.is_set()


def test_a_lease_is_renewed_again_after_a_renewal_that_failed(url, monkeypatch):
    monkeypatch.setattr("tuning.storage.connections.BUSY_SECONDS", 0.1)
    with claimed_ending("s", url, is_current=current, lease=6.0) as ending:
        patience = ending._book._storage.patience
        patience.seconds, before = 0.0, patience.seconds
        holder = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        time.sleep(2.0)  # one renewal at least
        holder.execute("ROLLBACK")
        holder.close()
        time.sleep(6.0)  # longer than what was left of the lease
        patience.seconds = before
        assert finals(url).claim_final() is None
        ending.finish({"trials": 8})


def test_a_late_end_says_who_has_the_result(url):
    with claimed_ending("s", url, is_current=current, lease=0.0) as late:
        book = finals(url)
        book.claim_final()
        with pytest.raises(JobError, match=r"took over the end of 's'.*start the same command"):
            late.record_reading()
