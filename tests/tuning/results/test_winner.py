"""Who wins: by one metric, on a Pareto front, after a confirming stage; never by infinity."""

from __future__ import annotations

import math

import pytest

from tuning.results.confirmation import Confirmation, confirmations
from tuning.results.result import pareto_front
from tuning.results.stages import stage_rows
from tuning.results.winner import choose_winner
from tuning.search_options import WINNERS
from tuning.space.dimensions import Choice
from tuning.space.space import Space
from tuning.stages import staged
from tuning.storage.records import COMPLETE, FAILED, TrialRecord, best_record

TWO = (("accuracy", "maximize"), ("size", "minimize"))


def trials(*values, **changes):
    return [
        TrialRecord(number=number, state=COMPLETE, values=value, **changes)
        for number, value in enumerate(values)
    ]


@pytest.mark.parametrize("maximize", [True, False])
@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_values_that_are_not_finite_never_win(maximize, bad):
    assert best_record(trials((bad,), (0.5,), (bad,)), maximize=maximize).number == 1
    assert best_record(trials((bad,)), maximize=maximize) is None
    directions = ["maximize" if maximize else "minimize"] * 2
    assert pareto_front(trials((bad, 1.0), (0.5, 1.0)), directions) == [1]


# Accuracy up, size down: trials 0, 2 and 3 are on the front, 2 is the bend, 4 fails.
FRONT = [
    *trials((0.90, 1000.0), (0.85, 900.0), (0.88, 200.0), (0.60, 100.0)),
    TrialRecord(number=4, state=FAILED),
]
CHOICES = {"first": 0, "knee": 2}


@pytest.mark.parametrize("rule", WINNERS)
def test_each_rule_chooses_from_the_front(rule):
    front = pareto_front(FRONT, [direction for _, direction in TWO])
    assert front == [0, 2, 3]
    assert choose_winner(FRONT, TWO, front, rule=rule).number == CHOICES[rule]


def test_of_equal_first_metrics_the_one_on_the_front_wins():
    found = trials((0.9, 500.0), (0.9, 300.0))
    front = pareto_front(found, ["maximize", "minimize"])
    assert choose_winner(found, TWO, front).number == 1


def test_nothing_complete_has_no_winner():
    assert choose_winner([TrialRecord(number=0, state=FAILED)], TWO, []) is None


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match=r"No winner named 'knees'\. Did you mean 'knee'"):
        choose_winner(FRONT, TWO, [0], rule="knees")


def test_what_was_confirmed_wins_and_stands_in_the_stages():
    found = [
        TrialRecord(number=n, state=COMPLETE, values=(v,), stage=stage, repeat=repeat)
        for n, (v, stage, repeat) in enumerate(
            [
                (0.99, "explore", 0),
                (0.95, "exploit", 0),
                (0.80, "confirm", 1),
                (0.94, "confirm", 1),
                (0.82, "confirm", 2),
                (0.92, "confirm", 2),
            ]
        )
    ]
    confirmed = [
        Confirmation(params={"x": 1}, trial=1, found=0.95, values=[0.94, 0.92]),
        Confirmation(params={"x": 0}, trial=0, found=0.99, values=[0.80, 0.82]),
    ]
    metrics = (("accuracy", "maximize"),)
    assert choose_winner(found, metrics, [0], confirmed=confirmed).number == 1
    rows = stage_rows(found, staged(24), confirmed, maximize=True)
    assert [row["trials"] for row in rows] == [1, 1, 0, 4]
    assert rows[0]["best"] == 0.99
    assert rows[2]["best"] is None
    assert rows[3]["best"] == pytest.approx((0.94 + 0.92) / 2)
    assert rows[3]["best_trial"] == 1
    # the sample standard deviation of two values is their distance over the root of two
    assert rows[3]["deviation"] == pytest.approx(0.02 / math.sqrt(2))


@pytest.mark.parametrize("lost", [{"state": FAILED}, {"constraints": {"size": 1.0}}])
def test_a_point_whose_repetitions_fail_is_behind_one_whose_do_not(lost):
    space = Space({"x": Choice(["steady", "risky"])})
    rows = [
        *(("steady", 0.90, 0, {}), ("risky", 0.99, 0, {})),
        *(("steady", 0.88, repeat, {}) for repeat in (1, 2)),
        *(("risky", 0.98, 1, {}), ("risky", 0.97, 2, lost)),
    ]
    found = [
        TrialRecord(
            number=number,
            params={"x": x},
            repeat=repeat,
            **{"state": COMPLETE, "values": (value,), **changes},
        )
        for number, (x, value, repeat, changes) in enumerate(rows)
    ]
    confirmed = confirmations(found, space, maximize=True)
    assert [(one.params["x"], one.lost) for one in confirmed] == [("steady", 0), ("risky", 1)]
