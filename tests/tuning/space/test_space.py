"""Rules of `tuning.Space` and its dimensions, also on spaces that hypothesis makes up."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning import Choice, Fixed, Float, Int, Space
from tuning.space.forms import dimension_from


@st.composite
def integers(draw):
    low, step, count = draw(st.integers(-9, 9)), draw(st.integers(1, 4)), draw(st.integers(0, 4))
    return Int(low, low + step * count, step=step)


@st.composite
def stepped(draw):
    low, step, count = draw(st.integers(-9, 9)), draw(st.integers(1, 9)), draw(st.integers(0, 4))
    return Float(low / 10, (low + step * count) / 10, step=step / 10)


SCALARS = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([-1.0, 0.0, 0.5, 1.0]),
    st.text(max_size=2),
    st.none(),
)
CHOICES = st.lists(SCALARS, min_size=1, max_size=4, unique_by=lambda v: (type(v), v)).map(Choice)
DIMENSIONS = st.one_of(integers(), stepped(), CHOICES, SCALARS.map(Fixed))


@st.composite
def spaces(draw):
    """Up to five finite dimensions, some under a condition on an earlier one."""
    made = {}
    for index in range(draw(st.integers(0, 5))):
        plain = draw(DIMENSIONS).to_dict()
        if made and draw(st.booleans()):
            parent = draw(st.sampled_from(sorted(made)))
            values = Space(made)[parent].values
            plain["when"] = {parent: draw(st.lists(st.sampled_from(values), min_size=1))}
        made[f"p{index}"] = plain
    return Space(made)


@given(spaces())
@settings(max_examples=60)
def test_rules_1_and_3_grid_points_are_different_points_of_the_space(space):
    points = list(space.grid())
    assert len(points) == space.size == space.grid_size()
    assert len({space.key(point) for point in points}) == len(points)
    for point in points[:50]:
        assert space.complete(point) == point
        assert all(space.is_active(name, point) == (name in point) for name in space.dimensions)


@given(spaces())
@settings(max_examples=60)
def test_rule_2_plain_forms_survive_json_and_yaml(space):
    plain = space.to_dict()
    assert Space.from_dict(json.loads(json.dumps(plain))) == space
    assert Space.from_dict(yaml.safe_load(yaml.safe_dump(plain))) == space


@given(spaces())
@settings(max_examples=60)
def test_rule_3_the_default_point_is_in_the_space(space):
    assert space.complete(space.defaults) == space.defaults


@given(spaces(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_rule_4_a_narrowed_space_lies_inside(space, random):
    points = list(space.grid())
    chosen = random.sample(points, min(len(points), 2))
    part = space.narrow(*chosen, margin=random.choice([0.0, 0.2, 1.0]))
    assert all(space.contains(point) for point in list(part.grid())[:50])
    assert all(part.contains({k: v for k, v in p.items() if k in part}) for p in chosen)


@given(spaces())
@settings(max_examples=60)
def test_what_optuna_holds_is_restored(space):
    for point in list(space.grid())[:20]:
        assert repr(space.decode(space.encode(point))) == repr(point)  # 1 and True are equal


@given(DIMENSIONS)
@settings(max_examples=60)
def test_values_are_counted_and_reached_by_their_place(dimension):
    values = list(dimension.values)
    assert dimension.count == len(values)
    assert [dimension.values[index] for index in range(len(values))] == values
    assert dimension.values[-1] == values[-1]
    assert all(repr(dimension.canonical(value)) == repr(value) for value in values)


WIDE = Space(
    {
        "seed": Int(0, 2**31 - 1),
        "rate": Float(0.0, 1.0, step=1e-7),
        "extra": Int(1, 3, when={"seed": [0, 7]}),
        "more": Choice(["a", "b"], when={"rate": 0.5}),
    }
)


def test_a_wide_space_is_counted_and_walked_without_its_values():
    beside_rates = 10**7 + 1 + 1  # 0.5 has two points
    assert WIDE.size == (2**31 - 2 + 2 * 3) * beside_rates
    assert WIDE.grid_size({"seed": 3, "rate": 2}) == (2 + 3) * 2
    assert next(WIDE.grid()) == {"seed": 0, "rate": 0.0, "extra": 1}
    assert WIDE["seed"].grid(3) == [0, 2**30, 2**31 - 1]
    assert WIDE.defaults["rate"] == 0.5
    part = WIDE.narrow({"seed": 5, "rate": 0.25}, margin=0.01)
    assert part["rate"].to_dict()["float"] == [0.24, 0.26]


def test_lists_are_options_and_come_back_as_they_were_given():
    space = Space({"layers": Choice([(64,), (64, 32)])})
    assert space.encode({"layers": (64, 32)}) == {"layers": "[64, 32]"}
    assert space.decode({"layers": "[64, 32]"}) == {"layers": (64, 32)}


def test_true_and_one_and_their_text_are_different_options():
    choice = Choice([1, True, "1", "True"])
    assert [choice.canonical(value) for value in (True, 1, "True")] == [True, 1, "True"]
    assert choice.canonical(True) is True


@pytest.mark.parametrize(
    ("dimension", "written"),
    [
        (Choice([[64, 32], [32]]), [[64, 32], (64, 32), [np.int64(64), 32]]),
        (Int(1, 9), [1, 1.0, np.int64(1), np.float32(1)]),
        (Float(0.0, 1.0), [1, 1.0, np.float64(1)]),
        (Float(0.0, 0.5, step=0.1), [0.3, 0.1 + 0.2, np.float64(0.3)]),
        (Choice([0, 0.5]), [0, 0.0, np.float64(0)]),
    ],
    ids=repr,
)
def test_a_point_has_one_key_however_its_values_are_written(dimension, written):
    space = Space({"x": dimension})
    assert len({space.key({"x": value}) for value in written}) == 1
    assert len({repr(space.complete({"x": value})) for value in written}) == 1


@pytest.mark.parametrize(
    "parent", [Float(0.0, 1.0), Float(0.0, 0.5, step=0.1), Choice([0.0, 0.5])], ids=repr
)
def test_a_condition_holds_however_its_value_is_written(parent):
    space = Space({"rate": parent, "n": Int(1, 3, when={"rate": [0, np.float64(0.5)]})})
    for value in (0, 0.0, 0.5):
        assert space.complete({"rate": value, "n": 2})["n"] == 2
    assert space == Space({"rate": parent, "n": Int(1, 3, when={"rate": [0.0, 0.5]})})
    assert Space.from_dict(json.loads(json.dumps(space.to_dict()))) == space


def test_other_points_have_other_keys():
    space = Space({"x": Choice([1, True, "1", 2]), "y": Float(0.0, 1.0)})
    values = ({"x": 1}, {"x": True}, {"x": "1"}, {"x": 2}, {"y": 1}, {"x": 1, "y": 1}, {})
    assert len({space.key(value) for value in values}) == len(values)


def test_spaces_with_one_default_written_in_two_ways_are_equal():
    assert Space({"x": Float(0, 1, default=1)}) == Space({"x": Float(0.0, 1.0, default=1.0)})


def test_stepped_numbers_reach_their_end_without_dust():
    assert list(Float(0.0, 0.3, step=0.1).values) == [0.0, 0.1, 0.2, 0.3]
    assert Float(0.0, 0.3, step=0.1).canonical(0.1 + 0.2) == 0.3


def test_narrow_follows_the_logarithm():
    part = Space({"rate": Float(1e-4, 1.0, log=True)}).narrow({"rate": 1e-2}, margin=0.25)
    # a quarter of the four decades on both sides
    assert part["rate"].to_dict()["float"] == pytest.approx([1e-3, 1e-1])


def test_narrow_drops_what_can_no_longer_occur():
    space = Space({"kind": Choice(["a", "b"]), "n": Int(1, 3, when={"kind": "b"})})
    assert list(space.narrow({"kind": "a"}).dimensions) == ["kind"]


def test_override_keeps_conditions_and_fixes_values():
    space = Space({"kind": Choice(["a", "b"]), "n": Int(1, 3, when={"kind": "b"})})
    assert list(space.override({"n": 2}).grid()) == [{"kind": "a"}, {"kind": "b", "n": 2}]
    assert list(space.override({"kind": "a"}).grid()) == [{"kind": "a"}]


ERRORS = [
    (lambda: Int(1, 10, step=4), "`high` must be reached.*use high=9"),
    (lambda: Int(5, 1), "`low <= high` and `step >= 1` must hold for an Int"),
    (lambda: Int(0.5, 2), "`low` of an Int must be a whole number. Got 0.5: use Float"),
    (lambda: Int(0, 8, log=True), "`low >= 1` and no `step` must hold with log=True"),
    (lambda: Float(0.0, 1.0, log=True), "`low > 0` and no `step` must hold with log=True"),
    (lambda: Float(0.1, 1.0, step=0.1, log=True), "use Choice with the values"),
    (lambda: Float(0.0, 1.0, step=0.3), "use high=0.9"),
    (lambda: Float(0.0, float("inf")), "both finite. Got low=0.0, high=inf"),
    (lambda: Float(0.0, 1.0, default=2.0), "`default` must be a number from 0.0 to 1.0. Got 2.0"),
    (lambda: Choice([]), "at least one option and no two equal"),
    (lambda: Choice(["a", "a"]), "at least one option and no two equal"),
    (lambda: Choice("abc"), "`options` of a Choice must be a list"),
    (lambda: Choice([object()]), "must be a string, number, boolean, None or lists"),
    (lambda: Space({"a": {"flot": [0, 1]}}), "'a' needs exactly one of the keys int, float"),
    (lambda: Space({"a": {"int": [0, 4], "stp": 2}}), "Did you mean 'step'"),
    (lambda: Space({"a": {"int": 4}}), "`int` needs the two ends, as in [1, 8]. Got 4"),
    (lambda: Space({"a": Int(0, 1, when={"b": 1})}), "`when` of 'a': No parameter named 'b'"),
    (
        lambda: Space({"k": Choice(["x"]), "a": Int(0, 1, when={"k": "y"})}),
        "names a value that 'k' never takes",
    ),
    (
        lambda: Space({"a": Int(0, 1, when={"b": 1}), "b": Int(0, 1, when={"a": 1})}),
        "must not form a circle",
    ),
    (lambda: Space({"rate": Float(0, 1)}).complete({"rat": 1}), "Did you mean 'rate'"),
    (lambda: Space({"rate": Float(0, 1)}).complete({}), "'rate' has no value"),
    (lambda: Space({"rate": Float(0, 1)}).complete({"rate": 2}), "'rate' must be a number from"),
    (lambda: Space({"k": Choice(["adam"])}).complete({"k": "adm"}), "Did you mean 'adam'"),
    (
        lambda: Space({"k": Choice(["x", "y"]), "a": Int(0, 1, when={"k": "y"})}).complete(
            {"k": "x", "a": 1}
        ),
        "'a' exists only when {'k': ('y',)}",
    ),
    (lambda: Space({"x": Float(0, 1)}).grid(), "'x' needs `step` or a number of `points`"),
    (lambda: Space({"x": Float(0, 1)}).grid(0), "'x' needs at least one point of a grid. Got 0."),
    (
        lambda: Space({"rate": Float(0, 1)}).grid({"rat": 3}),
        "`points` of a grid: No parameter named 'rat'. Did you mean 'rate'? Known: rate.",
    ),
    (lambda: Space({"x": Float(0, 1)}).narrow(), "needs at least one point"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message for _, message in ERRORS])
def test_errors_say_the_rule(call, message):
    pattern = ".*".join(re.escape(part) for part in message.split(".*"))
    with pytest.raises(ValueError, match=pattern):
        call()


def test_short_forms():
    assert dimension_from("a", ["x", "y"]) == Choice(["x", "y"])
    assert dimension_from("a", 3) == Fixed(3)
