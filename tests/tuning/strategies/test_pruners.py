"""Where the pruners decide."""

import pytest

from tuning.strategies import make_pruner

# pruner, budget, options, decision steps
RUNGS = [
    ("halving", 10, {}, (1, 3)),  # 9 would save one epoch of ten
    ("halving", 15, {}, (1, 3, 9)),
    ("halving", 30, {}, (1, 3, 9)),  # 27 would save a tenth
    ("halving", 64, {"factor": 4}, (4, 16)),
    ("halving", 20, {"first": 2, "factor": 2}, (2, 4, 8)),
    ("hyperband", 15, {}, (1, 3, 9)),
    ("none", 15, {}, ()),
]


@pytest.mark.parametrize(("name", "budget", "options", "steps"), RUNGS)
def test_rungs_lie_where_there_is_something_left_to_save(name, budget, options, steps):
    assert make_pruner(name, budget, options)[1] == steps


def test_a_single_step_is_never_cut():
    assert make_pruner("halving", 1, {})[1] == ()
