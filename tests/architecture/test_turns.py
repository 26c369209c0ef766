"""Every slow test has a turn, and one only."""

from __future__ import annotations

import re

import pytest

from tests.turns import TURN, has_turn

NAMES = [f"tests/test_file.py::test_{number}" for number in range(200)]


def test_each_name_has_one_turn_in_eight(monkeypatch):
    turns = []
    for turn in range(8):
        monkeypatch.setenv(TURN, f"{turn}/8")
        turns.append({name for name in NAMES if has_turn(name)})
    assert all(turns), "a turn of nobody"
    assert sum(map(len, turns)) == len(NAMES)
    assert set().union(*turns) == set(NAMES)


def test_without_turns_everybody_has_one(monkeypatch):
    monkeypatch.delenv(TURN, raising=False)
    assert all(map(has_turn, NAMES))


@pytest.mark.parametrize("value", ["", "7", "8/8", "-1/8", "one/8", "1/8/2"])
def test_another_form_is_refused(monkeypatch, value):
    monkeypatch.setenv(TURN, value)
    with pytest.raises(ValueError, match=re.escape(f"as in 7/32. Got {value!r}")):
        has_turn(NAMES[0])


@pytest.mark.slow
def test_its_turn_is_marked(request):
    marks = {mark.name for mark in request.node.iter_markers()}
    assert ("turn" in marks) == has_turn(request.node.nodeid)
