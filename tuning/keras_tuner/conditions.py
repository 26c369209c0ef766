"""When a parameter exists, read from what many runs of a `build(hp)` function asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tuning.keras_tuner.exploration import AskedParameters, Explorer
from tuning.space.dimensions import Dimension, Fixed, plain_key

_MOST_VALUES = 32  # a parent with more values is no condition that can be listed

Condition = dict[str, list[Any]]


def learn_conditions(explorer: Explorer) -> dict[str, Condition]:
    """Finds conditions that hold in every run, and runs the function where they are in doubt.

    A condition is a conjunction: each parent has one of some values. Where the runs cannot be told
    apart so (an "or" over two parents, a parent with more than 32 values), the parameter is given
    to more points than ask for it, never to fewer.

    Args:
        explorer: Has explored the function.

    Returns:
        Name to parent to values; parameters that always exist have none.
    """
    while True:
        found = {name: condition_of(name, explorer.runs) for name in dimensions_of(explorer.runs)}
        known = len(explorer.runs)
        for point in _doubts(found, explorer.runs):
            explorer.vary(point)
        if len(explorer.runs) == known:
            return found


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
        values = None if dimension is None else dimension.values
        if values is None or len(values) > _MOST_VALUES or isinstance(dimension, Fixed):
            continue
        if all(parent in names for names in before):
            seen = {plain_key(run.values[parent]) for run in asking}
            found[parent] = [value for value in values if plain_key(value) in seen]
    return found


def _holds(run: AskedParameters, parent: str, values: list[Any]) -> bool:
    return parent in run.values and plain_key(run.values[parent]) in set(map(plain_key, values))


def _values(parent: str, asking: list[AskedParameters]) -> list[Any]:
    return asking[0].dimensions[parent].values or []


def _doubts(found: dict[str, Condition], runs: list[AskedParameters]) -> Iterator[dict[str, Any]]:
    """Points that ask for a parameter but for one value which its condition leaves out.

    The conditions of its parents count as its own: it may outlive them.
    """
    for name in found:
        home = next(run for run in runs if name in run.values)
        for parent, values in _inherited(name, found):
            for value in home.dimensions[parent].values or ():
                if plain_key(value) not in set(map(plain_key, values)):
                    yield {**home.values, parent: value}


def _inherited(name: str, found: dict[str, Condition]) -> Iterator[tuple[str, list[Any]]]:
    for parent, values in found[name].items():
        yield parent, values
        yield from _inherited(parent, found)
