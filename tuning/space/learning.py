"""A space that is learnt from its trials: what they were asked for becomes part of it.

A study keeps what it learnt beside the space that its searches bring: the dimension of each
parameter that no build before the search asked for, and the condition of each that a trial was
asked for where it was not expected.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from tuning.space.asked import AskedParameters, check_same, condition_of
from tuning.space.conditions import without_impossible
from tuning.space.dimensions import Dimension
from tuning.space.forms import dimension_from
from tuning.space.space import Space

_WHEN = "when"
Learnt = dict[str, dict[str, Any]]


def with_learnt(given: Space, learnt: Mapping[str, Mapping[str, Any]]) -> Space:
    """The space of a study: what its search brings and what trials found.

    Args:
        given: The space of the search.
        learnt: Name to a dimension's plain form, or to its condition alone where the space of the
            search has the parameter.

    Example:
        >>> given = Space({"deep": {"choice": [False, True]}})
        >>> with_learnt(given, {"extra": {"int": [1, 3], "when": {"deep": [True]}}})["extra"]
        Int(default=None, when={'deep': [True]}, low=1, high=3, step=1, log=False)
    """
    plain = given.to_dict()
    for name, form in learnt.items():
        known = {key: part for key, part in plain.get(name, {}).items() if key != _WHEN}
        merged = {**known, **form}
        plain[name] = {key: part for key, part in merged.items() if key != _WHEN or part}
    return Space(without_impossible(plain))


def learn(
    given: Space,
    learnt: Mapping[str, Mapping[str, Any]],
    asked: AskedParameters,
    runs: Sequence[Mapping[str, Any]],
) -> Learnt:
    """Adds what one trial was asked for.

    Args:
        given: The space of the search.
        learnt: What the study has learnt so far.
        asked: The trial's point, and the dimensions of what it was not given.
        runs: The points of the other trials, each in the order of its questions.

    Returns:
        What the study has learnt by now; the same where the space holds the point already.

    Raises:
        ValueError: If one name stands for two ranges.

    Example:
        >>> given = Space({"deep": {"choice": [False, True]}})
        >>> asked = AskedParameters({"deep": True, "extra": 2}, {"extra": dimension_from("", [1])})
        >>> learn(given, {}, asked, [{"deep": False}])
        {'extra': {'choice': [1], 'when': {'deep': [True]}}}
    """
    found: Learnt = {name: dict(form) for name, form in learnt.items()}
    for name, dimension in asked.dimensions.items():
        space = with_learnt(given, found)
        if holds(space, given, asked, name):
            continue
        form = {} if name in given else dataclasses.replace(dimension, when=None).to_dict()
        everywhere = [asked.values, *runs]
        condition = condition_of(name, [_run(one, space, dimension, name) for one in everywhere])
        found = _sound(given, found, name, {**form, _WHEN: condition})
    return found


def holds(space: Space, given: Space, asked: AskedParameters, name: str) -> bool:
    """Whether a study's space has a parameter at the point of a trial that was asked for it.

    Args:
        space: The study's.
        given: That of the search: a job may have narrowed the ranges of what it has.
        asked: The trial's point, and the dimensions of what it was not given.
        name: One of these.

    Raises:
        ValueError: If the study has learnt another range under this name.
    """
    if name not in space:
        return False
    if name not in given:
        check_same(name, space[name], asked.dimensions[name], asked.values)
    return space.is_active(name, asked.values)


def _run(
    values: Mapping[str, Any], space: Space, dimension: Dimension, name: str
) -> AskedParameters:
    known = {one: space[one] for one in values if one in space}
    return AskedParameters(dict(values), {**known, name: dimension})


def _sound(given: Space, found: Learnt, name: str, form: dict[str, Any]) -> Learnt:
    """With a parameter under its condition, or under none where that would form a circle."""
    try:
        with_learnt(given, {**found, name: form})
    except ValueError:
        form = {**form, _WHEN: {}}
    return {**found, name: form}


def asked_parameters(point: Mapping[str, Any], ranges: Mapping[str, Any]) -> AskedParameters:
    """What a worker told, as dimensions.

    Args:
        point: Name to value, in the order of the questions.
        ranges: Name to the plain form of a dimension.
    """
    return AskedParameters(dict(point), {n: dimension_from(n, form) for n, form in ranges.items()})
