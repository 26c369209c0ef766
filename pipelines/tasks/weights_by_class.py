"""The values that `class_weight` takes, for recipes and for `build(hp)` functions."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from cookbook._names import unknown_name

BALANCED = "balanced"
# YAML 1.1 reads these words as booleans, also where they name classes.
_YAML_WORDS = {True: ("yes", "on", "true", "y"), False: ("no", "off", "false", "n")}


def weights_by_class(value: Any, classes: Sequence[Any]) -> str | dict[Any, float] | None:
    """Reads weights of classes.

    Args:
        value: `"balanced"`: each class weighs the same in all, `rows / (classes * rows of it)`,
            as in scikit-learn (King and Zeng 2001); or classes to finite numbers of at least 0,
            where a class that is not named weighs 1. None or `"none"` for no weights.
        classes: The classes as they are called: names, or numbers.

    Returns:
        `"balanced"`, or the weights of the named classes, or None without weights.

    Raises:
        ValueError: If it is neither, a class is unknown, a weight is no such number, or all
            classes weigh 0.

    Example:
        >>> weights_by_class({True: 5}, ["no", "yes"])
        {'yes': 5.0}
        >>> weights_by_class({0: 1, 1: 2.5}, [0, 1])
        {0: 1.0, 1: 2.5}
    """
    check_form(value, classes)
    if value is None or value in ("", "none"):
        return None
    if value == BALANCED:
        return BALANCED
    known = {str(one): one for one in classes}
    weights = {_class_called(name, known): float(weight) for name, weight in value.items()}
    if len(weights) == len(known) and not any(weights.values()):
        raise ValueError(f"One class at least weighs more than 0. Got class_weight={value!r}.")
    return weights


def check_form(value: Any, classes: Sequence[Any] = ()) -> None:
    """Refuses what are no weights of any classes, before the data say which there are.

    Args:
        value: As for `weights_by_class`.
        classes: Those that are known, for the message.

    Raises:
        ValueError: If it is neither a word nor a mapping, or a weight is no such number.
    """
    if value is None or (isinstance(value, str) and value in ("", "none", BALANCED)):
        return
    if not isinstance(value, Mapping):
        one = classes[-1] if len(classes) else "rare"
        raise ValueError(
            "`class_weight` is 'balanced', or a mapping of classes to weights such as "
            f"{{{one!r}: 2}}. Got class_weight={value!r}."
        )
    for weight in value.values():
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not (number and math.isfinite(weight) and weight >= 0):
            raise ValueError(
                f"A class weight is a finite number of at least 0. Got class_weight={value!r}."
            )


def numbers_by_class(
    weights: str | Mapping[Any, float], y: np.ndarray, classes: Sequence[Any]
) -> np.ndarray:
    """The weight of every class.

    Args:
        weights: From `weights_by_class`.
        y: Places of the rows' classes in `classes`, `int[rows]`.
        classes: The classes as `weights` calls them.

    Returns:
        `float32[classes]`.

    Example:
        >>> numbers_by_class("balanced", np.array([0, 0, 0, 1]), ["no", "yes"])
        array([0.6666667, 2.       ], dtype=float32)
        >>> numbers_by_class({"yes": 5.0}, np.array([0, 1]), ["no", "yes"])
        array([1., 5.], dtype=float32)
    """
    if isinstance(weights, str):
        counts = np.bincount(y, minlength=len(classes))
        # A class without a row has no row to weigh.
        return np.asarray(len(y) / (len(classes) * np.maximum(counts, 1)), np.float32)
    return np.asarray([weights.get(name, 1.0) for name in classes], np.float32)


def _class_called(name: Hashable, known: Mapping[str, Any]) -> Any:
    """The class that a key of a mapping means."""
    if str(name) in known:
        return known[str(name)]
    if isinstance(name, bool):
        meant = [one for one in known if one.lower() in _YAML_WORDS[name]]
        if len(meant) == 1:
            return known[meant[0]]
    raise ValueError(unknown_name("class", str(name), known))
