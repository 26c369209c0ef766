"""What runs of a function asked for, and under which values of the others each parameter exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuning.space.dimensions import Dimension, Fixed, plain_key

_MOST_VALUES = 32  # a parent with more values is no condition that can be listed

Condition = dict[str, list[Any]]


@dataclass(frozen=True)
class AskedParameters:
    """What one run asked for.

    Attributes:
        values: Name to value, in the order of the questions.
        dimensions: Name to the dimension that the run gave it.
    """

    values: dict[str, Any] = field(default_factory=dict)
    dimensions: dict[str, Dimension] = field(default_factory=dict)


class DependentRangeError(ValueError):
    """One name stands for two ranges."""


def check_same(name: str, one: Dimension, other: Dimension, values: Mapping[str, Any]) -> None:
    """Refuses a range that depends on other parameters.

    Args:
        name: The parameter.
        one: Its range in an earlier run.
        other: Its range now; another default is the same range.
        values: What was asked before it.

    Raises:
        DependentRangeError: If the ranges differ.
    """
    first, second = (
        {key: part for key, part in form.to_dict().items() if key not in ("default", "when")}
        for form in (one, other)
    )
    if plain_key(first) != plain_key(second):
        beside = {key: value for key, value in values.items() if key != name}
        raise DependentRangeError(
            f"One name must stand for one range. Parameter {name!r} has {first}, but {second} "
            f"beside {beside}: give each range a name of its own (for example with the value that "
            "it depends on), or ask for a share of the range with hp.Float."
        )


def dimensions_of(runs: list[AskedParameters]) -> dict[str, Dimension]:
    """Every parameter that some run asked for, parents before children."""
    found: dict[str, Dimension] = {}
    for run in runs:
        for name, dimension in run.dimensions.items():
            found.setdefault(name, dimension)
    return found


def condition_of(name: str, runs: list[AskedParameters]) -> Condition:
    """The values of the fewest other parameters without which no run asked for one.

    Args:
        name: The parameter.
        runs: What the runs asked for.

    Example:
        >>> from tuning import Choice
        >>> flag = {"a": Choice([False, True])}
        >>> runs = [AskedParameters({"a": False}, flag), AskedParameters({"a": True, "b": 1}, flag)]
        >>> condition_of("b", runs), condition_of("a", runs)
        ({'a': [True]}, {})
    """
    asking = [run for run in runs if name in run.values]
    others = [run for run in runs if name not in run.values]
    allowed = _allowed(name, asking)
    condition: Condition = {}
    while others:
        # Of equally good ones one by its values, not by its mere presence; then the last that was
        # asked for: what it depends on itself comes free.
        kept = {
            parent: [run for run in others if _holds(run, parent, values)]
            for parent, values in reversed(allowed.items())
            if parent not in condition
        }
        parent = min(
            kept,
            key=lambda one: (len(kept[one]), len(allowed[one]) == len(_values(one, asking))),
            default=None,
        )
        if parent is None or len(kept[parent]) == len(others):
            break
        condition[parent], others = allowed[parent], kept[parent]
    return condition


def _allowed(name: str, asking: list[AskedParameters]) -> Condition:
    """Values of what was asked for before, in every run that asked for it."""
    before = [list(run.values)[: list(run.values).index(name)] for run in asking]
    found: Condition = {}
    for parent in before[0] if before else ():
        dimension = asking[0].dimensions.get(parent)
        if dimension is None or isinstance(dimension, Fixed):
            continue
        values = dimension.values
        if values is None or (dimension.count or 0) > _MOST_VALUES:
            continue
        if all(parent in names for names in before):
            seen = {plain_key(run.values[parent]) for run in asking}
            found[parent] = [value for value in values if plain_key(value) in seen]
    return found


def _holds(run: AskedParameters, parent: str, values: list[Any]) -> bool:
    return parent in run.values and plain_key(run.values[parent]) in set(map(plain_key, values))


def _values(parent: str, asking: list[AskedParameters]) -> Sequence[Any]:
    return asking[0].dimensions[parent].values or []
