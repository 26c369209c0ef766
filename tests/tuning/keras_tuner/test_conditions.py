"""What a trial asks for is its point: loops, nested ifs and conjunctions, without Keras."""

from __future__ import annotations

import pytest

from tuning import TrialError
from tuning.keras_tuner.hyperparameters import TrialHyperParameters, space_from_build


def loop(hp):
    for i in range(hp.Int("layers", 1, 3)):
        hp.Choice(f"units_{i}", [4, 8])
        if hp.Boolean(f"dropout_{i}"):
            hp.Float(f"rate_{i}", 0.1, 0.5, step=0.2)


def conjunction(hp):
    deep, kind, norm = hp.Boolean("deep"), hp.Choice("kind", ["a", "b", "c"]), hp.Boolean("norm")
    if deep and kind != "a":
        hp.Choice("units", [1, 2])
    if norm and kind == "a":
        hp.Choice("momentum", [0.5, 0.9])


def default_side(hp):
    """One half of the condition holds at the defaults already."""
    kind, norm = hp.Choice("kind", ["relu", "tanh"]), hp.Boolean("norm")
    if kind == "relu" and norm:
        hp.Choice("slope", [0.0, 0.1])


def nested(hp):
    if hp.Boolean("a") and hp.Boolean("b") and hp.Boolean("c"):
        hp.Int("deepest", 1, 3)


def either(hp):
    if hp.Choice("kind", ["a", "b", "c"]) == "a" or hp.get("kind") == "b":
        hp.Int("units", 1, 3)


def sometimes_fails(hp):
    if hp.Int("layers", 1, 4) == 3:
        raise ValueError("three layers are too many")
    if hp.Boolean("wide"):
        hp.Choice("width", [1, 2])


def points_of(build):
    """Every model there is, by what a recursion over all answers asks for."""
    found, waiting = set(), [{}]

    while waiting:
        given = waiting.pop()
        hp = TrialHyperParameters(given)
        try:
            build(hp)
        except ValueError:
            continue
        open_ones = [one for one in hp.space if one.name not in given]
        if not open_ones:
            found.add(tuple(sorted((one.name, given[one.name]) for one in hp.space)))
            continue
        values = getattr(open_ones[0], "values", [False, True])
        waiting += [{**given, open_ones[0].name: value} for value in values]
    return found


@pytest.mark.parametrize("build", [loop, conjunction, default_side, nested, either])
def test_the_grid_has_each_model_once(build):
    points = [tuple(sorted(point.items())) for point in space_from_build(build).grid()]
    assert len(points) == len(set(points))
    rounded = {tuple((n, round(v, 9) if type(v) is float else v) for n, v in p) for p in points}
    assert rounded == {
        tuple((n, round(v, 9) if type(v) is float else v) for n, v in p) for p in points_of(build)
    }


def test_conditions_name_the_fewest_parents():
    space = space_from_build(loop).to_dict()
    assert space["units_1"]["when"] == {"layers": [2, 3]}
    assert space["rate_2"]["when"] == {"dropout_2": [True]}
    assert "when" not in space["units_0"]


def test_a_build_that_fails_at_some_points_is_searched():
    space = space_from_build(sometimes_fails).to_dict()
    assert space["layers"]["int"] == [1, 4]
    assert space["width"]["when"] == {"wide": [True]}


def test_a_build_that_always_fails_says_why():
    def build(hp):
        raise RuntimeError("no model at all")

    with pytest.raises(RuntimeError, match="no model at all"):
        space_from_build(build)


def test_what_cannot_be_told_apart_is_in_more_points_never_in_fewer():
    def build(hp):
        one, other = hp.Boolean("one"), hp.Boolean("other")
        if one or other:
            hp.Choice("units", [1, 2])

    assert "when" not in space_from_build(build).to_dict()["units"]


@pytest.mark.parametrize(
    "build",
    [
        lambda hp: hp.Int("high", hp.Int("low", 1, 3), 8),
        lambda hp: hp.Float("rate", 0.0, 1.0 if hp.Boolean("wide") else 0.5),
        lambda hp: hp.Choice("units", [1, 2] if hp.Boolean("small") else [8, 16]),
    ],
)
def test_a_range_that_depends_on_another_parameter_is_refused(build):
    with pytest.raises(ValueError, match=r"One name must stand for one range.*beside \{'"):
        space_from_build(build)


def rare(hp):
    if hp.Float("rate", 0.0, 1.0) == 0.123:
        hp.Int("found late", 1, 1000)


def test_a_trial_draws_what_it_has_no_value_of_and_says_so():
    space, drawn = space_from_build(rare), []
    assert list(space.dimensions) == ["rate"]
    for seed in (0, 0, 1):
        hp = TrialHyperParameters({"rate": 0.123}, space, seed=seed)
        rare(hp)
        assert list(hp.ranges) == ["found late"]
        assert list(hp.asked) == ["rate", "found late"]
        drawn.append(hp.asked["found late"])
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_trial_says_nothing_of_what_it_did_not_ask_for():
    hp = TrialHyperParameters({"rate": 0.5, "found late": 7}, space_from_build(rare))
    rare(hp)
    assert (hp.asked, hp.ranges) == ({"rate": 0.5}, {})


def test_a_range_that_depends_on_another_parameter_fails_its_trial():
    def build(hp):
        high = 4 if hp.Float("rate", 0.0, 1.0) == 0.123 else 3
        hp.Int("units", 1, high)

    hp = TrialHyperParameters({"rate": 0.123, "units": 2}, space_from_build(build))
    with pytest.raises(TrialError, match="One name must stand for one range"):
        build(hp)


def test_the_path_of_the_first_version_still_leads_here():
    from tuning.strategies import hyperparameters

    assert hyperparameters.space_from_build is space_from_build


def test_a_parameter_beside_a_rarer_one_does_not_depend_on_it():
    def build(hp):
        if hp.Choice("kind", ["a", "b"]) == "b":
            if hp.Choice("size", [1, 2, 3]) == 3:
                hp.Boolean("rare")
            hp.Boolean("common")

    space = space_from_build(build).to_dict()
    assert space["common"]["when"] == {"kind": ["b"]}
    assert space["rare"]["when"] == {"size": [3]}
