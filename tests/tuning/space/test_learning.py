"""Spaces that are learnt from trials, and searches that go on in them."""

from __future__ import annotations

import random

import pytest

from tuning import Choice, Float, Int, JobError, SearchSettings, Space, open_study, search
from tuning.space.learning import asked_parameters, learn, with_learnt
from tuning.storage.records import GROWTH, LEARNT, read_trials

GIVEN = Space({"kind": Choice(["a", "b", "c"]), "x": Float(0.0, 1.0)})
EXTRA = Int(1, 1000)


def asked(kind, **extra):
    point = {"kind": kind, "x": 0.5, **extra}
    return asked_parameters(point, {name: EXTRA.to_dict() for name in extra})


def test_a_condition_is_learnt_and_widened():
    one = learn(GIVEN, {}, asked("a", extra=1), [{"kind": "c", "x": 0.1}])
    assert one == {"extra": {"int": [1, 1000], "when": {"kind": ["a"]}}}
    assert learn(GIVEN, one, asked("a", extra=2), []) == one
    others = [{"kind": "c", "x": 0.1}, {"kind": "a", "x": 0.2, "extra": 1}]
    two = learn(GIVEN, one, asked("b", extra=3), others)
    assert two == {"extra": {"int": [1, 1000], "when": {"kind": ["a", "b"]}}}
    assert with_learnt(GIVEN, two)["extra"].to_dict() == two["extra"]


def test_what_depends_on_a_number_is_given_to_more_points():
    found = learn(GIVEN, {}, asked("a", extra=1), [{"kind": "a", "x": 0.1}])
    assert "when" not in with_learnt(GIVEN, found)["extra"].to_dict()


def test_a_condition_of_a_known_parameter_is_widened():
    given = Space({**GIVEN.dimensions, "known": Int(1, 9, when={"kind": ["a"]})})
    found = learn(given, {}, asked("b", known=3), [{"kind": "c"}, {"kind": "a", "known": 2}])
    assert found == {"known": {"when": {"kind": ["a", "b"]}}}
    assert with_learnt(given, found)["known"] == Int(1, 9, when={"kind": ["a", "b"]})


def test_one_name_for_two_ranges_is_refused():
    found = learn(GIVEN, {}, asked("a", extra=1), [])
    other = asked_parameters({"kind": "a", "extra": 1}, {"extra": {"int": [1, 5]}})
    with pytest.raises(ValueError, match=r"One name must stand for one range\. Parameter 'extra'"):
        learn(GIVEN, found, other, [])


def corner(params, context):
    """Asks for `extra` in a corner that no build before the search met."""
    point = {"kind": params["kind"], "x": params["x"]}
    ranges = {}
    if params["kind"] == "b" and params["x"] > 0.3:
        drawn = random.Random(context.seed).randint(1, 1000)  # noqa: S311
        point["extra"] = params.get("extra", drawn)
        ranges["extra"] = EXTRA.to_dict()
    context.tell_point(point, ranges)
    return {"loss": point["x"] + point.get("extra", 0) / 1000}


def run(root, *, trials, **changes):
    settings = SearchSettings(
        study="corner", root=root, trials=trials, workers=1, metrics=(("loss", "minimize"),),
        **{"strategy": "random", **changes},
    )  # fmt: skip
    return search("tests.tuning.space.test_learning:corner", GIVEN, settings)


def in_corner(record):
    return record.params["kind"] == "b" and record.params["x"] > 0.3


@pytest.mark.parametrize("strategy", ["random", "tpe", "hybrid", "genetic"])
def test_a_search_learns_what_its_trials_ask_for(tmp_path, strategy):
    found = run(tmp_path, trials=14, strategy=strategy)
    corners = [record for record in found.records if in_corner(record)]
    assert len(corners) > 1
    assert {record.number for record in corners} == {
        record.number for record in found.records if "extra" in record.params
    }
    study = open_study("corner", root=str(tmp_path))
    assert list(study.user_attrs[LEARNT]) == ["extra"]
    assert study.user_attrs[GROWTH][0]["parameters"] == ["extra"]
    trials = {trial.number: trial for trial in study.trials}
    later = [record for record in corners if record.number > corners[0].number + 1]
    for record in corners:
        assert trials[record.number].params["extra"] == record.params["extra"]
    assert all("extra" in trials[record.number].params for record in later)


def test_a_resumed_search_knows_what_was_learnt(tmp_path):
    run(tmp_path, trials=12)
    found = run(tmp_path, trials=16)
    assert found.states == {"complete": 16}
    assert read_trials(open_study("corner", root=str(tmp_path)))[-1].asked[:2] == ("kind", "x")


def flat(params, context):
    """Asks for `x` in one half of the other's range only."""
    names = ["rate", "x"] if params["rate"] > 0.5 else ["rate"]
    context.tell_point({name: params[name] for name in names})
    return {"loss": params["rate"]}


def test_a_search_ends_when_all_that_trials_ask_for_was_tried(tmp_path):
    space = Space({"rate": Float(0.0, 1.0, step=0.25), "x": Int(1, 3)})
    settings = SearchSettings(
        study="flat", root=tmp_path, trials=20, workers=2, metrics=(("loss", "minimize"),),
        strategy="random",
    )  # fmt: skip
    found = search("tests.tuning.space.test_learning:flat", space, settings)
    assert found.stopped_because == "exhausted"
    # Two that run beside each other may turn out to be the same.
    assert set(found.states) == {"complete"}
    assert len({tuple(record.params.items()) for record in found.records}) == 3 + 2 * 3


def test_another_space_is_still_refused(tmp_path):
    run(tmp_path, trials=12)
    settings = SearchSettings(
        study="corner", root=tmp_path, trials=13, strategy="random", metrics=(("loss", "minimize"),)
    )
    with pytest.raises(JobError, match=r"has another one in .*kind"):
        search(corner, GIVEN.override({"kind": ["a"]}), settings)
