"""When a parameter exists, read from what many runs of a `build(hp)` function asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tuning.keras_tuner.exploration import Explorer
from tuning.space.asked import AskedParameters, Condition, condition_of, dimensions_of
from tuning.space.dimensions import plain_key


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
