"""Which trials a strategy is told of a long study."""

from __future__ import annotations

import numpy as np
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial

from tuning.strategies.told import ToldTrials

MINIMIZE, MAXIMIZE = StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE


def trials(values):
    made = []
    for number, value in enumerate(values):
        trial = create_trial(state=TrialState.COMPLETE, values=list(value))
        trial.number = number
        made.append(trial)
    return made


def told(directions, most, found):
    kept = ToldTrials(directions, most)
    for trial in found:
        kept.add(trial)
    return [trial.number for trial in kept.list()]


def test_all_are_told_up_to_the_limit_and_without_one():
    found = trials([(1.0,)] * 8)
    assert told([MINIMIZE], 8, found) == told([MINIMIZE], None, found) == list(range(8))


def test_a_quarter_are_the_best_and_the_others_the_latest():
    found = trials([(float(value),) for value in (9, 0, 8, 1, 9, 9, 9, 9, 9, 9, 9, 9)])
    assert told([MINIMIZE], 8, found) == [1, 3, 6, 7, 8, 9, 10, 11]
    turned = trials([(-trial.values[0],) for trial in found])
    assert told([MAXIMIZE], 8, turned) == [1, 3, 6, 7, 8, 9, 10, 11]


def test_of_several_metrics_the_front_is_told():
    values = [(5.0, 5.0), (0.0, 4.0), (4.0, 0.0), *[(9.0, 9.0)] * 9]
    assert told([MINIMIZE, MINIMIZE], 8, trials(values)) == [1, 2, 6, 7, 8, 9, 10, 11]


def test_the_order_in_which_trials_ended_does_not_matter():
    found = trials([(float(number * 7 % 13),) for number in range(40)])
    shuffled = [found[index] for index in np.random.default_rng(0).permutation(len(found))]
    assert told([MINIMIZE], 12, shuffled) == told([MINIMIZE], 12, found)


def test_a_strategy_that_learns_nothing_is_told_nothing():
    assert told([MINIMIZE], 0, trials([(1.0,)])) == []
