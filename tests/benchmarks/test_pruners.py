"""What a search over recorded curves costs."""

import random

from benchmarks.pruners import spent

LOW, HIGH = (0.1, 0.2, 0.3, 0.4), (0.5, 0.6, 0.7, 0.8)


def test_without_a_pruner_every_curve_is_paid_in_full():
    found = spent([LOW, LOW, HIGH, HIGH], ("none", {}), target=0.8)
    assert found == {"trainings": 3, "with_starts": 3 + 3 * 0.5, "points": 3}


def test_a_pruned_trial_costs_its_epochs_and_its_start():
    # After the first, halving by 2 lets a point pass that is as good as the better half.
    halving = ("halving", {"first": 1, "factor": 2})
    found = spent([HIGH, LOW, HIGH], halving, target=0.9)
    epochs = (4 + 1 + 4) / 4
    assert found == {"trainings": epochs, "with_starts": epochs + 3 * 0.5, "points": 3}


def test_the_brackets_of_hyperband_are_the_same_in_every_run():
    generator = random.Random(0)  # noqa: S311
    curves = [tuple(sorted(generator.random() for _ in range(16))) for _ in range(60)]
    runs = [spent(curves, ("hyperband", {}), target=2.0) for _ in range(3)]
    assert runs[0]["trainings"] < len(curves), "it prunes"
    assert runs[0] == runs[1] == runs[2]
