"""Parameters of the loss, the optimizer and the schedule that a training names: `loss.delta`.

`loss=huber` names a member of a family; `loss.delta=2` sets a parameter of that member. Nothing
here imports Keras, so that a wrong name is refused before anything is read or loaded.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from cookbook._names import unknown_name
from cookbook._ranges import Range, check_ranges
from cookbook._registry import Entry
from cookbook.losses.registry import LOSSES
from cookbook.optimizers.registry import OPTIMIZERS
from pipelines.hyperparameters.kinds import check_kind
from pipelines.hyperparameters.schedules import SCHEDULE_NAMES, SPANNED
from pipelines.hyperparameters.spans import checked_places
from pipelines.hyperparameters.updates import WHOLE

_OPTIMIZERS: Mapping[str, Entry] = {**OPTIMIZERS, **WHOLE}
_MEMBERS: Mapping[str, Iterable[str]] = {
    "loss": LOSSES,
    "optimizer": _OPTIMIZERS,
    "schedule": SCHEDULE_NAMES,
}
_LISTS = ("loss.alpha", "loss.quantiles", "schedule.places")
FAMILIES = tuple(_MEMBERS)
"""Hyperparameters whose values have parameters of their own."""


def family_of(name: str) -> str | None:
    """The family that a hyperparameter is a parameter of, or None for any other one.

    Example:
        >>> family_of("loss.delta"), family_of("loss"), family_of("units")
        ('loss', None, None)
    """
    family, dot, parameter = name.partition(".")
    return family if dot and parameter and family in FAMILIES else None


def member_parameters(family: str, member: str) -> Mapping[str, Any]:
    """What can be set of a member of a family, with the values that apply otherwise.

    Args:
        family: One of `FAMILIES`.
        member: A loss, an optimizer or a schedule; empty for the task's own loss, which has none.

    Raises:
        ValueError: If there is no such member.

    Example:
        >>> member_parameters("loss", "huber")
        {'delta': 1.0}
    """
    if not member and family == "loss":
        return {}
    if member not in _MEMBERS[family]:
        raise ValueError(unknown_name(family, member, _MEMBERS[family]))
    if family == "schedule":
        return SPANNED[member].parameters if member in SPANNED else {}
    return (LOSSES if family == "loss" else _OPTIMIZERS)[member].parameters


def check_member(family: str, member: str, given: Mapping[str, Any]) -> None:
    """Refuses a member that does not exist, and parameters that it does not have.

    Args:
        family: One of `FAMILIES`.
        member: Its member.
        given: Values of the member's parameters.

    Raises:
        ValueError: If a name is unknown, or a value is of a wrong kind or out of its range.
    """
    known = member_parameters(family, member)
    for name, value in given.items():
        if name not in known:
            raise ValueError(_no_parameter(family, member, name, known))
        _check_kind(f"{family}.{name}", value, known[name])
    named = {f"{family}.{name}": value for name, value in given.items()}
    check_ranges(named, {f"{family}.{k}": found for k, found in _ranges(family, member).items()})
    if family == "schedule" and "places" in given:
        checked_places(given["places"])


def with_changes(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters with some replaced; another member leaves the old one's parameters behind.

    Example:
        >>> with_changes({"loss": "huber", "loss.delta": 2.0}, {"loss": "log_cosh"})
        {'loss': 'log_cosh'}
    """
    replaced = {f for f in FAMILIES if f in changes and changes[f] != values.get(f)}
    kept = {name: value for name, value in values.items() if family_of(name) not in replaced}
    return {**kept, **changes}


def _check_weights(name: str, value: Any) -> None:
    """Weights of classes: as many as there are classes, which the data know."""
    if value == "balanced":
        return
    weights = value if isinstance(value, list | tuple) and all(map(_is_number, value)) else ()
    if not all(0 <= weight < math.inf for weight in weights) or not sum(weights) > 0:
        raise ValueError(
            f"`{name}` is 'balanced' or one number per class, none negative and one positive. Got "
            f"{name}={value!r}."
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ranges(family: str, member: str) -> Mapping[str, Range]:
    if family == "schedule":
        return SPANNED[member].ranges if member in SPANNED else {}
    if family == "loss":
        return LOSSES[member].ranges if member else {}
    return _OPTIMIZERS[member].ranges


def _no_parameter(family: str, member: str, name: str, known: Mapping[str, Any]) -> str:
    if known:
        return unknown_name(f"parameter of the {family} {member!r}", name, known)
    what = f"The {family} {member!r} has no parameters" if member else f"No {family} is named"
    return f"{what}. Got {family}.{name}: leave it out, or set `{family}` to one that has it."


def _check_kind(name: str, value: Any, usual: Any) -> None:
    """Compares kinds with the usual value's; other texts are the owner's affair."""
    if usual == "balanced":
        _check_weights(name, value)
        return
    if name in _LISTS and isinstance(value, list | tuple):
        if not value or not all(map(_is_number, value)):
            raise ValueError(f"`{name}` is a list of numbers. Got {name}={value!r}.")
        return
    if isinstance(usual, bool | int):
        check_kind(name, value, type(usual))
    elif name == "loss.axis":
        check_kind(name, value, int)
    elif isinstance(usual, float | tuple) or usual is None:
        check_kind(name, value, float)
