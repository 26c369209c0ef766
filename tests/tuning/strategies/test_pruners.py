"""Where the pruners decide."""

import optuna
import pytest

from tuning.strategies import make_pruner

# pruner, budget, options, decision steps
RUNGS = [
    ("halving", 2, {}, (1,)),
    ("halving", 10, {}, (3,)),  # 9 would save one epoch of ten
    ("halving", 15, {}, (5,)),
    ("halving", 30, {}, (5, 15)),
    ("halving", 160, {"factor": 4}, (10, 40)),
    ("halving", 20, {"first": 2, "factor": 2}, (2, 4, 8)),
    ("hyperband", 30, {}, (5, 15)),
    ("none", 15, {}, ()),
    ("median", 20, {}, tuple(range(4, 20, 2))),
    ("median", 20, {"warmup": 0, "interval": 5}, (5, 10, 15)),
]


@pytest.mark.parametrize(("name", "budget", "options", "steps"), RUNGS)
def test_rungs_lie_where_there_is_something_left_to_save(name, budget, options, steps):
    assert make_pruner(name, budget, options)[1] == steps


@pytest.mark.parametrize("options", [{}, {"warmup": 0, "interval": 2}, {"warmup": 3}])
def test_the_median_judges_at_every_step_that_it_names(options):
    pruner, steps = make_pruner("median", 20, options | {"startup": 1})
    study = optuna.create_study(pruner=pruner)
    for value in (0.0, 1.0):
        trial = study.ask()
        decided = []
        for step in range(1, 20):
            trial.report(value, step)
            if step in steps:
                decided.append(trial.should_prune())
        if value == 0.0:
            study.tell(trial, value)
    assert decided == [True] * len(steps)


def test_a_single_step_is_never_cut():
    assert make_pruner("halving", 1, {})[1] == ()
