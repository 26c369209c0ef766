"""Points with the same active parameters are one, whatever a condition hangs on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuning import Choice, Float, Int, Space
from tuning.space.tried import TriedPoints

DECLARED = Space(
    {
        "kind": Choice(["a", "b"]),
        "rate": Float(0.0, 1.0),
        "size": Int(1, 3, when={"kind": "b"}),
        "extra": Int(1, 3),
    }
)


def asked(point):
    """What a function asks for whose conditions no space can say."""
    names = ["kind", "rate"]
    if "size" in point and point["rate"] > 0.5:
        names.append("size")
    if point["rate"] > 0.25 or point["kind"] == "a":
        names.append("extra")
    return {name: point[name] for name in names}


@st.composite
def points(draw):
    point = {"kind": draw(st.sampled_from("ab")), "rate": draw(st.sampled_from([0.1, 0.4, 0.7]))}
    point |= {"extra": draw(st.integers(1, 3))}
    return point | ({"size": draw(st.integers(1, 3))} if point["kind"] == "b" else {})


@given(st.lists(points()), points())
def test_a_point_was_tried_if_one_that_asked_for_the_same_was(before, point):
    tried = TriedPoints(DECLARED)
    for one in before:
        tried.add(asked(one))
    assert (point in tried) == (asked(point) in [asked(one) for one in before])


@given(st.lists(points()), points())
def test_where_nobody_says_what_was_asked_for_whole_points_are_compared(before, point):
    tried = TriedPoints(DECLARED)
    for one in before:
        tried.add(one)
    assert (point in tried) == (point in before)


def test_a_trial_that_failed_before_it_had_a_point_says_nothing():
    tried = TriedPoints(DECLARED)
    tried.add({})
    assert {"kind": "a", "rate": 0.1, "extra": 1} not in tried
    empty = TriedPoints(Space({}))
    assert {} not in empty
    empty.add({})
    assert {} in empty
