"""What a search over recorded curves costs."""

import pytest

from benchmarks.pruners import spent

LOW, HIGH = (0.1, 0.2, 0.3, 0.4), (0.5, 0.6, 0.7, 0.8)


def test_without_a_pruner_every_curve_is_paid_in_full():
    found = spent([LOW, LOW, HIGH, HIGH], ("none", {}), target=0.8, start=0.5)
    assert found == {"trainings": 3 + 3 * 0.5, "points": 3}


def test_a_pruned_trial_costs_its_epochs_and_its_start():
    # After the first, halving by 2 lets a point pass that is as good as the better half.
    halving = ("halving", {"first": 1, "factor": 2})
    found = spent([HIGH, LOW, HIGH], halving, target=0.9, start=0.25)
    assert found == {"trainings": pytest.approx((4 + 1 + 4) / 4 + 3 * 0.25), "points": 3}
