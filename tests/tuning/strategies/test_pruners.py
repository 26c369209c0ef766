"""Where the pruners decide."""

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
]


@pytest.mark.parametrize(("name", "budget", "options", "steps"), RUNGS)
def test_rungs_lie_where_there_is_something_left_to_save(name, budget, options, steps):
    assert make_pruner(name, budget, options)[1] == steps


def test_a_single_step_is_never_cut():
    assert make_pruner("halving", 1, {})[1] == ()
