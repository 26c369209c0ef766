"""Every longer test has a turn, and one only; all others run each time."""

from __future__ import annotations

import re

import pytest

from tests.turns import OF, OF_ANOTHER_BACKEND, TURN, has_turn, turns_of

NAMES = [f"tests/test_file.py::test_{number}" for number in range(200)]


def test_each_name_has_one_turn_in_eight(monkeypatch):
    turns = []
    for number in range(1000, 1008):
        monkeypatch.setenv(TURN, str(number))
        turns.append({name for name in NAMES if has_turn(name, 8)})
    assert all(turns), "a turn of nobody"
    assert sum(map(len, turns)) == len(NAMES)
    assert set().union(*turns) == set(NAMES)


def test_without_turns_everybody_has_one(monkeypatch):
    monkeypatch.delenv(TURN, raising=False)
    assert all(has_turn(name, 8) for name in NAMES)


@pytest.mark.parametrize("value", ["", "7/32", "-1", "one", "1.0", "²"])
def test_another_form_is_refused(monkeypatch, value):
    monkeypatch.setenv(TURN, value)
    with pytest.raises(ValueError, match=re.escape(f"a whole number, at least 0. Got {value!r}")):
        has_turn(NAMES[0], 8)


def test_the_longer_ones_take_turns_and_on_jax_all(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    assert turns_of(["service", "backend"]) == 1
    assert turns_of(["data", "exhaustive", "slow"]) == OF["slow"]
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert turns_of(["backend"]) == OF_ANOTHER_BACKEND
    assert turns_of(["exhaustive"]) == OF["exhaustive"]


def test_a_short_test_always_has_its_turn(request):
    assert request.node.get_closest_marker("turn")


@pytest.mark.slow
def test_its_turn_is_marked(request):
    turn = bool(request.node.get_closest_marker("turn"))
    assert turn == has_turn(request.node.nodeid, OF["slow"])
