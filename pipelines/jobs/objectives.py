"""What a search improves, in the forms in which people write it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tuning._names import unknown_name

_DIRECTIONS = ("maximize", "minimize")
_SHORT = {"max": "maximize", "min": "minimize"}
# Words in the names of Keras' and scikit-learn's metrics that say what is better.
_LESS = ("loss", "error", "mae", "mse", "rmse", "crossentropy", "perplexity", "divergence",
         "latency", "parameters", "nats", "bits", "mape",
         "pinball")  # fmt: skip
_MORE = ("accuracy", "acc", "auc", "precision", "recall", "f1", "r2", "bleu", "score", "match",
         "iou", "silhouette", "mcc")  # fmt: skip

OBJECTIVE_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
            {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "direction": {"enum": list(_DIRECTIONS)},
                },
                "required": ["name"],
                "additionalProperties": False,
            },
        ]}},
    ]
}  # fmt: skip


def read_objective(value: Any) -> Any:
    """The list of metrics that a value stands for; what is none of the forms stays as it is.

    Args:
        value: A name whose direction is known, a pair of name and direction, a mapping with
            `name` and `direction`, a `keras_tuner.Objective`, or a list of these. Directions may
            be written as KerasTuner does, `max` and `min`.

    Raises:
        ValueError: If only its user knows which direction of a metric is better.

    Example:
        >>> read_objective("val_accuracy"), read_objective(["steps", "minimize"])
        ([('val_accuracy', 'maximize')], [('steps', 'minimize')])
        >>> read_objective(["val_loss", {"name": "parameters", "direction": "minimize"}])
        [('val_loss', 'minimize'), {'name': 'parameters', 'direction': 'minimize'}]
    """
    if isinstance(value, str):
        return [_with_direction(value)]
    if isinstance(value, Mapping) or hasattr(value, "direction"):
        return [_one(value)]
    if not isinstance(value, Sequence):
        return value
    if len(value) == 2 and isinstance(value[0], str) and value[1] in (*_DIRECTIONS, *_SHORT):
        return [_one(value)]
    metrics = [_one(item) for item in value]
    names = [item[0] for item in metrics if isinstance(item, tuple)]
    if len(set(names)) != len(names):
        raise ValueError(f"each metric of an objective is named once. Got {names}.")
    return metrics


def _one(item: Any) -> Any:
    """A metric with its direction; what is none of the forms stays as it is."""
    if isinstance(item, str):
        return _with_direction(item)
    if hasattr(item, "direction"):  # a keras_tuner.Objective
        item = (item.name, item.direction)
    if isinstance(item, Mapping):
        direction = item.get("direction")
        return {**item, "direction": _SHORT[direction]} if direction in _SHORT else item
    if isinstance(item, Sequence) and len(item) == 2:
        return item[0], _SHORT.get(item[1], item[1])
    return item


def better(metric: str) -> str | None:
    """What is better of a metric whose name says it, or None.

    Example:
        >>> better("val_accuracy"), better("loss"), better("steps")
        ('maximize', 'minimize', None)
    """
    words = re.split(r"[^a-z0-9]+", metric.lower())
    less, more = (any(word in known for word in words) for known in (_LESS, _MORE))
    if less == more:
        return None
    return "minimize" if less else "maximize"


def _with_direction(name: str) -> tuple[str, str]:
    if difflib.get_close_matches(name, _DIRECTIONS, cutoff=0.7):
        raise ValueError(unknown_name("direction", name, _DIRECTIONS))
    direction = better(name)
    if direction is None:
        raise ValueError(
            f"what is better of the metric {name!r}? Write it as [{name}, maximize] or "
            f"[{name}, minimize]."
        )
    return (name, direction)
