"""What a pruner is asked of a trial that goes on from a checkpoint."""

from __future__ import annotations

import pytest

from tests.service.support import SPACE, settings
from tuning.engine.opened import OpenedStudy
from tuning.engine.pruning import Decider

STEPS, VALUES = list(range(1, 10)), [1.0 / step for step in range(1, 10)]
RUNGS = (2, 4, 8)


@pytest.fixture
def opened(tmp_path):
    options = {"first": 2, "factor": 2}
    return OpenedStudy.open(
        SPACE, settings(tmp_path, pruner="halving", pruner_options=options, budget=20)
    )


def noted(opened, claim):
    return opened.backend.get_trial(claim.trial_id).system_attrs


@pytest.mark.parametrize("asks", [(2, 4, 8), (9,), (4, 9)], ids=["whole", "resumed", "unanswered"])
def test_every_rung_holds_the_value_of_its_step(opened, asks):
    decider, first, second = (
        Decider(opened.backend, opened.settings),
        *opened.book.claim_batch(9, 2),
    )
    assert decider.steps[:3] == RUNGS
    for last in asks:
        assert not decider.prunes(first, STEPS[:last], VALUES[:last])
    assert noted(opened, first) == {
        f"completed_rung_{rung}": VALUES[step - 1] for rung, step in enumerate(RUNGS)
    }
    # It is the better one at this step, whatever the first one has reached since.
    assert not decider.prunes(second, [1, 2], [0.9, 0.4])


def test_a_trial_that_was_behind_at_a_rung_is_given_up_where_it_goes_on(opened):
    decider, first, second = (
        Decider(opened.backend, opened.settings),
        *opened.book.claim_batch(9, 2),
    )
    assert not decider.prunes(first, STEPS[:2], VALUES[:2])
    assert decider.prunes(second, STEPS[:7], [0.9] * 6 + [0.0])
    assert noted(opened, second) == {"completed_rung_0": 0.9}


def test_a_decision_is_made_once(tmp_path):
    changes = {"pruner": "median", "pruner_options": {"startup": 0, "interval": 2, "warmup": 2}}
    opened = OpenedStudy.open(SPACE, settings(tmp_path, budget=20, **changes))
    decider, claim = Decider(opened.backend, opened.settings), opened.book.claim(9)
    assert not decider.prunes(claim, [1, 2], [5.0, 5.0])
    better = opened.study.ask()  # ends meanwhile, far ahead at the second step
    for step, value in ((1, 1.0), (2, 1.0), (3, 9.0), (4, 9.0)):
        better.report(value, step)
    opened.study.tell(better, 1.0)
    assert not decider.prunes(claim, [1, 2, 3, 4], [5.0, 5.0, 5.0, 5.0])
