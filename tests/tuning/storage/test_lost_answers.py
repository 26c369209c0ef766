"""What is written once although the answer of its COMMIT was lost, on both kinds of stores."""

from __future__ import annotations

import itertools

import pytest
from optuna.trial import TrialState

from tests.service.postgres import cluster
from tests.tuning.storage.test_finals import finals
from tests.tuning.storage.test_storage import UNIT, book_of, give, points_of
from tuning import open_study
from tuning.storage.claim_leases import MOST_INTERRUPTIONS
from tuning.storage.claim_rows import Ending, LeaseLostError
from tuning.storage.points import DUPLICATE, Start
from tuning.storage.records import RESULT

_numbers = itertools.count()


@pytest.fixture(scope="module")
def databases():
    with cluster() as database:
        yield database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/studies.db"
    return request.getfixturevalue("databases")(f"studies_{next(_numbers)}")


def test_rule_3_a_claim_whose_answer_was_lost_is_found_again(url, lose_answer):
    book = book_of(url)
    waiting = book.claim(9)
    give(book, waiting, 0.5)
    book.release(waiting)
    lose_answer(book._storage)
    claims = book.claim_batch(3, 2)
    assert [(claim.number, claim.sampled) for claim in claims] == [(0, True), (1, False)]
    assert book.leases.renew(claims) == []
    assert book.counts()["running"] == 2  # no other one, which nobody would run
    assert [claim.number for claim in book.claim_batch(3, 2)] == [2]


def test_rule_2_trials_whose_end_was_not_answered_have_ended(url, lose_answer):
    silent, other = book_of(url, lease=0.0), book_of(url)
    lost = silent.claim(3)
    give(silent, lost, 0.5)
    assert other.leases.reap() == [0]
    other.finish(other.claim(3), Ending(state=TrialState.COMPLETE, values=[9.0]))
    claims = [lost, *silent.claim_batch(3, 2)]
    lose_answer(silent._storage)
    ending = Ending(state=TrialState.FAIL, user_attributes={"reason": "too large"})
    assert silent.finish_batch([(claim, ending) for claim in claims]) == [lost]
    assert silent.counts()["failed"] == 2


def test_a_point_whose_answer_was_lost_is_the_trials_own(url, lose_answer):
    book = book_of(url)
    waiting = book.claim(9)
    give(book, waiting, 0.5)
    book.release(waiting)
    claims = book.claim_batch(3, 3)
    starts = [
        Start(claim=claims[0], user_attributes={"seed": 0}),
        Start(claim=claims[1], params={"x": 0.25}, point="0.25", user_attributes={"seed": 1}),
        Start(claim=claims[2], params={"x": 0.5}, point="0.5"),
    ]
    lose_answer(book._storage)
    assert points_of(book).start(starts, UNIT) == {claims[2].token: DUPLICATE}
    trials = open_study("s", url).trials
    assert [trial.params for trial in trials] == [{"x": 0.5}, {"x": 0.25}, {}]
    assert [trial.user_attrs for trial in trials] == [{"seed": 0}, {"seed": 1}, {}]


def test_an_interruption_whose_answer_was_lost_counts_once(url, lose_answer):
    book = book_of(url)
    for _ in range(MOST_INTERRUPTIONS - 1):
        claim = book.claim(1)
        lose_answer(book._storage)
        assert not book.leases.interrupt(claim, "its machine went away")
    assert open_study("s", url).trials[0].state == TrialState.WAITING
    last = book.claim(1)
    lose_answer(book._storage)
    assert book.leases.interrupt(last, "its machine went away")
    assert open_study("s", url).trials[0].user_attrs["reason"] == "its machine went away 10 times"
    assert not book.leases.interrupt(last, "its machine went away")  # it had ended before


def test_trials_that_were_taken_back_without_an_answer_are_named(url, lose_answer):
    silent, other = book_of(url, lease=0.0), book_of(url)
    for _ in range(MOST_INTERRUPTIONS - 1):
        silent.claim(1)
        lose_answer(other._storage)
        assert other.leases.reap() == [0]
    silent.claim_batch(2, 2)
    lose_answer(other._storage)
    assert other.leases.reap() == [0, 1]
    trials = open_study("s", url).trials
    assert [trial.state for trial in trials] == [TrialState.FAIL, TrialState.WAITING]
    assert trials[1].user_attrs["interruptions"] == 1


def test_rule_1_an_end_whose_answer_was_lost_is_held(url, lose_answer):
    book_of(url)
    book = finals(url)
    lose_answer(book._storage)
    claim = book.claim_final()
    assert book.renew(claim)
    assert finals(url).claim_final() is None
    assert book.claim_final() is None


def test_rule_5_a_reading_whose_answer_was_lost_is_counted_once(url, lose_answer):
    book_of(url)
    book = finals(url)
    claim = book.claim_final()
    lose_answer(book._storage)
    assert book.record_reading(claim) == 1
    assert book.record_reading(claim) == 2


def test_rule_5_a_result_whose_answer_was_lost_is_recorded(url, lose_answer):
    book_of(url)
    book = finals(url)
    claim = book.claim_final()
    lose_answer(book._storage)
    book.finish(claim, {"scores": (1.0, float("nan"))})
    assert open_study("s", url).user_attrs[RESULT]["scores"][0] == 1.0
    assert not book.is_held()
    with pytest.raises(LeaseLostError, match="took the end of the study over"):
        book.finish(claim, {"scores": (1.0, float("nan"))})
