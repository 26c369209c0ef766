"""The store passes Optuna's own conformance suite, and its failures are one readable line."""

from __future__ import annotations

import dataclasses
import math
import multiprocessing
import subprocess
import threading
import time

import pytest
from optuna.distributions import FloatDistribution
from optuna.storages import get_storage
from optuna.testing.pytest_storages import StorageTestCase
from optuna.trial import TrialState
from sqlalchemy import event

from tests.tuning.empty_store import put_empty_store
from tuning import JobError, open_study
from tuning.errors import StoreError
from tuning.storage.claim_leases import MOST_INTERRUPTIONS
from tuning.storage.claim_rows import Ending, LeaseLostError
from tuning.storage.claims import ClaimBook
from tuning.storage.database import open_storage
from tuning.storage.open_trials import OpenTrials
from tuning.storage.owner import Owner, _start_ticks
from tuning.storage.points import DUPLICATE, LOST, PointBook, Start
from tuning.storage.studies import create_study, delete_study
from tuning.storage.summaries import list_studies

UNIT = {"x": FloatDistribution(0, 1)}


@pytest.mark.slow  # the cached one, which searches use, goes through it as well
class TestStudyStorage(StorageTestCase):
    @pytest.fixture
    def storage(self, tmp_path):
        opened = open_storage(f"sqlite:///{tmp_path}/studies.db")
        yield opened
        opened.engine.dispose()


class TestCachedStudyStorage(StorageTestCase):
    @pytest.fixture
    def storage(self, tmp_path):
        opened = open_storage(put_empty_store(tmp_path))
        yield get_storage(opened)
        opened.engine.dispose()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/studies.db"


def book_of(url, *, lease=60.0, name="s", most_running=None):
    from tuning import Float, Space

    storage = open_storage(url)
    study = create_study(
        name,
        get_storage(storage),
        space=Space({"x": Float(0, 1)}),
        metrics=(("loss", "minimize"),),
        settings={},
        url=url,
    )
    return ClaimBook(storage, study._study_id, lease=lease, most_running=most_running)


def points_of(book):
    return PointBook(book._storage, book._study_id)


def give(book, claim, x):
    """Gives a claimed trial its point; returns why that was refused, or None."""
    start = Start(claim=claim, params={"x": x}, point=str(x))
    return points_of(book).start([start], UNIT).get(claim.token)


def test_rule_1_a_study_never_has_more_trials_than_its_limit(url):
    book = book_of(url)
    assert [book.claim(3) is not None for _ in range(5)] == [True, True, True, False, False]


def test_rule_1_what_waits_beyond_a_smaller_limit_goes_on_waiting(url):
    book = book_of(url)
    claims = [book.claim(9) for _ in range(3)]
    book.finish(claims[0], Ending(state=TrialState.COMPLETE, values=[1.0]))
    for claim in claims[1:]:
        book.release(claim)
    assert book.claim(1) is None
    assert book.claim(2).number == 1
    assert book.claim(2) is None
    assert [claim.number for claim in book.claim_batch(9, 9)] == [2, 3, 4, 5, 6, 7, 8]


def test_rules_1_and_2_a_batch_is_claimed_like_single_trials(url):
    book, other = book_of(url), book_of(url)
    waiting = book.claim(5)
    give(book, waiting, 0.5)
    book.release(waiting)
    batch = book.claim_batch(5, 3)
    assert [(claim.number, claim.sampled) for claim in batch] == [(0, True), (1, False), (2, False)]
    assert [claim.number for claim in other.claim_batch(5, 3)] == [3, 4]
    assert other.claim_batch(5, 3) == []
    # One of them does not fit the others and waits again; the rest end by themselves.
    give(book, batch[1], 0.25)
    book.release(batch[2])
    for claim in batch[:2]:
        book.finish(claim, Ending(state=TrialState.COMPLETE, values=[1.0]))
    assert [claim.number for claim in other.claim_batch(5, 2)] == [2]
    with pytest.raises(ValueError, match=r"`count >= 1` must hold\. Got count=0"):
        book.claim_batch(5, 0)


def test_rule_2_only_the_holder_of_the_token_finishes(url):
    book, other = book_of(url, lease=0.0), book_of(url)  # the first one's leases have run out
    claim = book.claim(1)
    give(book, claim, 0.5)
    assert other.leases.reap() == [0]
    taken = other.claim(1)
    assert (taken.number, taken.attempts, taken.sampled) == (0, 1, True)
    with pytest.raises(LeaseLostError, match="trial 0 was taken over"):
        book.finish(claim, Ending(state=TrialState.COMPLETE, values=[1.0]))
    assert book.leases.renew([claim, taken]) == [claim]
    other.finish(taken, Ending(state=TrialState.COMPLETE, values=[2.0]))
    assert open_study("s", url).trials[0].value == 2.0


def test_rule_3_that_its_search_ended_does_not_count_against_a_trial(url):
    book, other = book_of(url, lease=0.0), book_of(url)
    for _ in range(MOST_INTERRUPTIONS - 1):
        assert book.claim(1).attempts == 1
        assert other.leases.reap() == [0]
    # A trial that takes its whole machine down each time ends some day all the same.
    assert book.claim(1).attempts == 1
    assert other.leases.reap() == [0]
    assert book.claim(1) is None
    trial = open_study("s", url).trials[0]
    assert trial.state == TrialState.FAIL
    assert trial.user_attrs["reason"] == "the search that ran it disappeared 10 times"


def test_rule_3_the_death_of_its_own_process_counts(url):
    book = book_of(url)
    book.release(book.claim(1), counts=True)
    assert book.claim(1).attempts == 2


def test_rule_3_a_lease_that_holds_is_not_taken(url):
    book_of(url).claim(1)
    assert book_of(url).leases.reap() == []


def test_rule_3_nobody_takes_its_own_trials_back(url):
    book = book_of(url, lease=0.0)
    claim = book.claim(1)
    assert book.leases.reap() == []
    assert book.leases.renew([claim]) == []


def test_rule_3_a_clock_that_is_set_takes_no_trial_back(url, monkeypatch):
    book, other = book_of(url), book_of(url)
    book.claim(1)
    wall = time.time
    for minutes in (10, -10):
        monkeypatch.setattr(time, "time", lambda minutes=minutes: wall() + 60 * minutes)
        assert book.leases.reap() == other.leases.reap() == []


def hold_a_trial(url, owner):
    """A running trial that somebody else claimed."""
    book = book_of(url)
    book.owner = owner
    book.claim(1)
    return book_of(url)


def test_rule_3_a_process_that_ended_has_no_trials(url):
    child = subprocess.Popen(["sleep", "60"])
    owner = Owner.of_this_process()
    ticks = _start_ticks(child.pid)
    other = hold_a_trial(url, dataclasses.replace(owner, pid=child.pid, ticks=ticks))
    assert other.leases.reap() == []
    child.kill()
    # Not waited for yet: what is left of it is a zombie.
    while _start_ticks(child.pid) is not None:
        time.sleep(0.01)
    assert other.leases.reap() == [0]
    child.wait()


def test_rule_3_a_process_id_that_is_used_again_is_another_process(url):
    owner = Owner.of_this_process()
    assert hold_a_trial(url, dataclasses.replace(owner, ticks=owner.ticks - 1)).leases.reap() == [0]


def test_rule_3_a_container_of_the_same_host_name_is_judged_by_its_lease(url):
    # The same process id in another namespace is another process, which nobody here can see.
    elsewhere = dataclasses.replace(Owner.of_this_process(), namespace="pid:[1]", pid=999_999)
    assert hold_a_trial(url, elsewhere).leases.reap() == []


def test_rule_3_a_machine_that_was_started_anew_runs_nothing_of_before(url):
    before = dataclasses.replace(Owner.of_this_process(), boot="another")
    assert hold_a_trial(url, before).leases.reap() == [0]


def test_rule_3_claims_of_an_earlier_version_are_taken_back(url):
    class Old:
        def __str__(self):
            return "laptop:1234:1790000000"

    assert hold_a_trial(url, Old()).leases.reap() == [0]


def test_rule_4_no_two_trials_have_the_same_point(url):
    book = book_of(url)
    first, second = book.claim(2), book.claim(2)
    assert give(book, first, 0.5) is None
    assert give(book, second, 0.5) == DUPLICATE
    assert not points_of(book).enqueue({"x": 0.5}, UNIT, point="0.5", limit=9)


def test_rules_2_and_4_hold_for_each_trial_of_a_batch(url):
    book = book_of(url)
    claims = book.claim_batch(9, 4)
    assert [claim.number for claim in claims] == [0, 1, 2, 3]
    book.release(claims[0])  # another search may have it
    points = zip(claims, (0.1, 0.2, 0.2, 0.3), strict=True)
    starts = [Start(claim=claim, params={"x": x}, point=str(x)) for claim, x in points]
    refused = points_of(book).start(starts, UNIT)
    assert refused == {claims[0].token: LOST, claims[2].token: DUPLICATE}
    ended = [(claim, Ending(state=TrialState.COMPLETE, values=[1.0])) for claim in claims]
    assert book.finish_batch(ended) == [claims[0]]
    trials = open_study("s", url).trials
    assert [trial.params for trial in trials] == [{}, {"x": 0.2}, {}, {"x": 0.3}]
    assert [trial.state.name for trial in trials] == ["WAITING", *["COMPLETE"] * 3]


def test_trials_of_a_batch_keep_their_own_attributes(url):
    book = book_of(url)
    one, other = book.claim_batch(9, 2)
    start = [
        Start(claim=claim, params={"x": x}, point=str(x), user_attributes={"attempts": 1})
        for claim, x in ((one, 0.1), (other, 0.2))
    ]
    points_of(book).start(start, UNIT)
    failed = Ending(state=TrialState.FAIL, user_attributes={"attempts": 3})
    pruned = Ending(state=TrialState.PRUNED, values=[math.inf], intermediate={1: 0.5, 2: math.nan})
    book.finish_batch([(one, failed), (other, pruned)])
    first, second = open_study("s", url).trials
    assert (first.user_attrs, second.user_attrs) == ({"attempts": 3}, {"attempts": 1})
    assert (second.value, second.intermediate_values[1]) == (math.inf, 0.5)
    assert math.isnan(second.intermediate_values[2])


def test_a_claim_looks_at_no_trial_that_has_ended(url):
    book = book_of(url)
    for _ in range(3):
        for claim in book.claim_batch(99, 4):
            book.finish(claim, Ending(state=TrialState.COMPLETE, values=[0.0]))
    (running,) = book.claim_batch(99, 1)
    before = OpenTrials(book._study_id)
    looked, found = book._storage.transaction(before.look, reads=True)
    assert (looked.ended, looked.total, running.number, len(found)) == (12, 13, 12, 13)
    _, found = book._storage.transaction(looked.look, reads=True)
    assert len(found) == 1
    assert before.total == 0  # a look that is taken back has changed nothing


def test_released_trials_keep_their_parameters_and_their_number(url):
    book = book_of(url)
    claim = book.claim(1)
    give(book, claim, 0.25)
    book.release(claim)
    again = book.claim(1)
    assert (again.number, again.sampled, again.attempts) == (0, True, 1)
    assert open_study("s", url).trials[0].params == {"x": 0.25}


def _claim_many(url, count, results):
    book = book_of(url)
    numbers = []
    while (claim := book.claim(count)) is not None:
        book.finish(claim, Ending(state=TrialState.COMPLETE, values=[float(claim.number)]))
        numbers.append(claim.number)
    results.put(numbers)


def test_many_processes_claim_each_trial_once(url):
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    processes = [spawn.Process(target=_claim_many, args=(url, 60, results)) for _ in range(3)]
    for process in processes:
        process.start()
    numbers = [number for _ in processes for number in results.get(timeout=200)]
    for process in processes:
        process.join()
    assert sorted(numbers) == list(range(60))
    assert [trial.value for trial in open_study("s", url).trials] == [float(n) for n in range(60)]


def test_rule_5_searches_that_claim_at_once_keep_the_cap(url):
    books = [book_of(url, most_running=2) for _ in range(4)]
    together, claims = threading.Barrier(len(books)), []

    def claim(book):
        together.wait()
        claims.extend(book.claim_batch(9, 2))

    threads = [threading.Thread(target=claim, args=[book]) for book in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claim.number for claim in claims) == [0, 1]
    books[0].release(claims[0])
    again = books[1].claim_batch(9, 2)
    assert [claim.number for claim in again] == [claims[0].number]
    assert books[1].is_full
    assert books[2].claim_batch(2, 2) == []
    assert not books[2].is_full  # the budget is over, whatever the cap is


def test_studies_are_listed_and_deleted(url):
    book = book_of(url)
    book_of(url, name="other")
    claim = book.claim(2)
    with pytest.raises(JobError, match=r"being searched cannot be deleted\. 's' has 1 running"):
        delete_study("s", url)
    book.finish(claim, Ending(state=TrialState.COMPLETE, values=[0.5]))
    summary = next(study for study in list_studies(url) if study.name == "s")
    assert (summary.status, summary.best.value, summary.counts["complete"]) == ("finished", 0.5, 1)
    delete_study("s", url)
    assert [study.name for study in list_studies(url)] == ["other"]
    with pytest.raises(JobError, match="No study named 's'"):
        open_study("s", url)


def test_trials_without_a_point_are_withdrawn_as_long_as_they_are_the_last(url):
    book = book_of(url)
    first, second, third = book.claim_batch(9, 3)
    book.withdraw([second])
    assert book.counts()["waiting"] == 1  # a later trial runs
    (second,) = book.claim_batch(3, 1)
    book.withdraw([second, third])
    assert book.counts()["running"] == sum(book.counts().values()) == 1
    # Whoever saw them takes what comes after them for what it is, also under the same ids.
    other = book_of(url)
    assert other.claim(1) is None
    fourth, fifth = book.claim_batch(3, 2)
    book.withdraw([fifth])
    assert other.claim(2) is None
    fifth = book.claim(3)
    book.finish(fourth, Ending(state=TrialState.COMPLETE, values=[0.5]))
    sixth = other.claim(4)
    assert [one.number for one in (first, fourth, fifth, sixth)] == [0, 1, 2, 3]


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "notes.db").write_text("not a database, but long enough to be read as one" * 9)
    with pytest.raises(StoreError, match=r"file is not a database.*give another storage"):
        open_storage(f"sqlite:///{tmp_path}/notes.db")


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"cannot be used .*Finished trials are safe"):
        open_storage(f"sqlite:///{tmp_path}/file/studies.db")


def test_a_missing_driver_names_the_extra():
    # A driver that the project never installs stands for the missing one.
    with pytest.raises(StoreError, match=r"pip install 'keras-cookbook\[postgres\]'") as caught:
        open_storage("postgresql+pg8000://user:secret@localhost/none")
    assert "secret" not in str(caught.value)


def test_a_full_disk_is_one_line_and_loses_nothing(url):
    book = book_of(url)
    claim = book.claim(1)
    engine = book._storage.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = f"PRAGMA max_page_count={pages}"
    event.listen(engine, "connect", lambda connection, _: connection.execute(limit))
    engine.dispose()  # the next connection has the limit
    long = {"history": "x" * 10**6}
    ending = Ending(state=TrialState.COMPLETE, values=[1.0], user_attributes=long)
    with pytest.raises(
        StoreError, match=r"disk is full.*free some space.*Finished trials are safe"
    ):
        book.finish(claim, ending)
    assert open_study("s", url).trials[0].state == TrialState.RUNNING
