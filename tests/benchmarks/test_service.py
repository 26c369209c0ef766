"""The load test: what it counts, and whom it compares."""

from __future__ import annotations

import pytest

from benchmarks import service
from benchmarks._load import CALLS, Call, call, calls_of, figures, waits_of, window

# Two processes, the second of which starts late; times in seconds.
CALLS_MADE = [
    Call("a", "0/0", 0.0, 1.0),
    Call("a", "0/1", 1.5, 2.5),
    Call("b", "0/2", 2.0, 3.0),
    Call("a", "0/3", 2.75, 3.75),
    Call("b", "0/4", 3.25, 4.25),
]


def test_calls_are_noted_by_process_and_read_in_the_order_of_their_ends(tmp_path, monkeypatch):
    monkeypatch.setenv(CALLS, str(tmp_path))
    point = {"dropout": 0.2, "rate": 10**-2.5, "layers": 0}
    assert call("1/0", point) == pytest.approx(0.0, abs=1e-9)
    call("1/1", point)
    found = calls_of(tmp_path)
    assert [one.key for one in found] == ["1/0", "1/1"]
    assert len({one.process for one in found}) == 1
    assert all(one.ended - one.began >= 0.05 for one in found)


def test_a_wait_is_between_two_calls_of_one_process():
    assert waits_of(CALLS_MADE) == [0.5, 0.25, 0.25]


def test_the_window_begins_when_every_slot_has_been_busy():
    assert window(CALLS_MADE, 2) == (2.0, 4.25)
    assert window(CALLS_MADE, 9) == (2.0, 4.25)
    assert window(CALLS_MADE, 1) == (0.0, 4.25)


def test_figures_tell_trials_that_ran_twice_or_beyond_the_budget():
    again = [*CALLS_MADE, Call("b", "0/3", 4.25, 5.0)]
    found = figures(again, None, slots=2, asked=4, finished=5)
    assert (found["called_twice"], found["off_budget"], found["calls"]) == (1, 1, 6)
    assert found["trials_per_second"] == pytest.approx(5 / 3)  # those that end after 2.0 s
    assert found["wait_median"] == pytest.approx(125.0)  # of 0 and 250 ms


@pytest.mark.parametrize("sizes", [service.Sizes(), service.QUICK], ids=["full", "quick"])
def test_every_case_has_us_and_each_goal_a_case(sizes):
    found = service.cases(sizes, "postgresql://")
    assert all(contestants[0].name == "ours" for contestants in found.values())
    for goal in service.goals(sizes):
        names = {one.name for one in found[goal.case]}
        assert not goal.peer or goal.peer in names
