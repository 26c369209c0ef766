"""The keys of jobs of earlier versions, which stay readable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OLD = ("metric", "direction", "metrics")
_RENAMED = {"set": "params", "budget": "epochs"}


def with_new_keys(content: Any) -> Any:
    """A job in the keys of this version, also where its file is older.

    `set` has become `params`, `budget` is `epochs`, and `metric` with `direction`, or `metrics`,
    is `objective`.

    Args:
        content: Keys to values.

    Raises:
        ValueError: If the keys do not go together.
    """
    if not isinstance(content, Mapping):
        return content
    for old, new in _RENAMED.items():
        if old in content:
            if content.get(new, content[old]) != content[old]:
                raise ValueError(f"`{new}` and `{old}` mean the same: give `{new}` alone.")
            content = {k: v for k, v in content.items() if k != old} | {new: content[old]}
    if not any(key in content for key in _OLD):
        return content
    rest = {key: value for key, value in content.items() if key not in _OLD}
    metric, direction, metrics = (content.get(key) for key in _OLD)
    if rest.get("objective"):
        raise ValueError("`objective` and `metric` mean the same: give `objective` alone.")
    if (metric is None) != (direction is None):
        raise ValueError("`metric` and `direction` go together.")
    if metrics and metric is not None:
        raise ValueError("`metric` and `metrics` exclude each other.")
    if metrics is None and metric is None:
        return rest
    return {**rest, "objective": metrics or [{"name": metric, "direction": direction}]}
