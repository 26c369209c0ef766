"""Parameters that exist only beside some values of others: the rules of `when`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from tuning._names import unknown_name
from tuning.space.dimensions import Dimension, plain_key
from tuning.space.forms import dimension_from


def holds(dimension: Dimension, params: Mapping[str, Any]) -> bool:
    """Whether a parameter exists beside the given values of its parents.

    Args:
        dimension: Of the parameter.
        params: Values of at least its parents; a missing parent is an absent one.
    """
    return all(
        parent in params and plain_key(params[parent]) in {plain_key(one) for one in allowed}
        for parent, allowed in dimension.conditions().items()
    )


def with_conditions(name: str, dimension: Dimension, known: Mapping[str, Dimension]) -> Dimension:
    """The dimension with conditions in the values of its parents, 0 of a `Float` as 0.0.

    Args:
        name: The parameter.
        dimension: Its dimension.
        known: Every dimension of the space.

    Raises:
        ValueError: If a condition names an unknown parameter or a value that it never takes.
    """
    conditions: dict[str, list[Any]] = {}
    for parent, allowed in dimension.conditions().items():
        if parent not in known or parent == name:
            others = [other for other in known if other != name]
            raise ValueError(f"`when` of {name!r}: " + unknown_name("parameter", parent, others))
        for value in allowed:
            if not known[parent].contains(value):
                raise ValueError(
                    f"`when` of {name!r} names a value that {parent!r} never takes: "
                    f"{parent!r} is {known[parent].to_dict()}. Got {value!r}."
                )
        conditions[parent] = [known[parent].canonical(value) for value in allowed]
    if plain_key(conditions) == plain_key(dimension.conditions()):
        return dimension
    return dataclasses.replace(dimension, when=conditions)


def parents_first(dimensions: Mapping[str, Dimension]) -> dict[str, Dimension]:
    """The dimensions in their order, but every parent before its children.

    Raises:
        ValueError: If conditions form a circle.
    """
    ordered: dict[str, Dimension] = {}
    waiting = dict(dimensions)
    while waiting:
        ready = [n for n, d in waiting.items() if all(p in ordered for p in d.conditions())]
        if not ready:
            raise ValueError(f"Conditions must not form a circle. Got one through {list(waiting)}.")
        # One at a time keeps the declared order wherever the conditions allow it.
        ordered[ready[0]] = waiting.pop(ready[0])
    return ordered


def without_impossible(plain: dict[str, Any]) -> dict[str, Any]:
    """Drops values of conditions that no parent takes any more, and children without any.

    Args:
        plain: Name to the plain form of a dimension.
    """
    kept: dict[str, Any] = {}
    order = parents_first({name: dimension_from(name, form) for name, form in plain.items()})
    for name, dimension in order.items():
        conditions = {}
        for parent, allowed in dimension.conditions().items():
            held = dimension_from(parent, kept[parent]) if parent in kept else None
            conditions[parent] = [v for v in allowed if held is not None and held.contains(v)]
        if all(conditions.values()):
            form = {key: value for key, value in plain[name].items() if key != "when"}
            kept[name] = form | ({"when": conditions} if conditions else {})
    return {name: kept[name] for name in plain if name in kept}
