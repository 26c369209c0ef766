"""What is said of a search without a winner."""

from __future__ import annotations

import pytest

from tuning.results.shortfall import shortfall
from tuning.storage.records import COMPLETE, FAILED, PRUNED, WAITING, TrialRecord, bounded_metrics


def complete(number, **excess):
    constraints = {f"{name} <= 5": value for name, value in excess.items()}
    return TrialRecord(number=number, state=COMPLETE, values=(0.5,), constraints=constraints)


FAILURE = TrialRecord(number=1, state=FAILED, reason="diverged: loss is nan")
GIVEN_UP = TrialRecord(number=0, state=PRUNED)
CASES = [
    ([complete(0, size=-1.0)], None),
    ([], "No trial has ended yet."),
    ([TrialRecord(number=0, state=WAITING)], "No trial has ended yet."),
    (
        [complete(0, size=3.0), complete(1, size=2.0), complete(2, size=0.5, depth=0.5)],
        "(3 complete). The nearest, trial 1, breaks `size <= 5` by 2: loosen",
    ),
    ([GIVEN_UP, GIVEN_UP], "The pruner gave up all 2 trials before their end"),
    ([GIVEN_UP, FAILURE], "1 failed, 1 pruned. Trial 1 failed with: diverged: loss is nan"),
]


@pytest.mark.parametrize(("trials", "text"), CASES)
def test_the_reason_is_said(trials, text):
    found = shortfall(trials)
    assert found is None if text is None else text in found


def test_bounded_metrics_are_named_once():
    constraints = {"size <= 5": 0.0, "size >= 1": 0.0, "val loss <= 2": 1.0}
    trials = [TrialRecord(number=0, state=COMPLETE, constraints=constraints), FAILURE]
    assert bounded_metrics(trials) == ["size", "val loss"]
