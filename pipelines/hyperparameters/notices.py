"""What to know of hyperparameters before a training with them starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.hyperparameters.precision import precision_notices


def notices(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What takes longer than it need, on this machine or on all of them.

    Args:
        values: All hyperparameters, the defaults among them.

    Example:
        >>> notices({"members": 2, "cutoffs": (2000, 8000)})
        ('members=2: each of several members scores all words, ...)
        >>> notices({"cutoffs": (2000, 8000)})
        ()
    """
    return (*precision_notices(values.get("precision")), *_cutoffs(values))


def _cutoffs(values: Mapping[str, Any]) -> tuple[str, ...]:
    members, cutoffs = values.get("members") or 1, values.get("cutoffs")
    if members == 1 or not cutoffs:
        return ()
    return (
        f"members={members}: each of several members scores all words, so that "
        f"cutoffs={list(cutoffs)} save no time; one member is trained in a fraction of it.",
    )
