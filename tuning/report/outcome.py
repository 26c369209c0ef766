"""The final result of a study as tables of the report: scores, seeds, and what else is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuning.report.stages import Table
from tuning.report.values import number
from tuning.workers.context import RESUMED

# What has a table or a section of its own.
_SHOWN = {
    *("metric", "test_metrics", "interval", "default_metrics", "difference", "verdict"),
    *("baseline", "baseline_metrics", "baseline_difference", "standing", "reproduce"),
    *("over_seeds", "pareto", "stages", "confirmed", "average"),
}
# In this order, in words.
_WORDS = {
    "best_trial": "winning trial",
    "trials": "trials",
    "epochs": "epochs",
    RESUMED: "epochs of the refit that an interrupted process had trained",
    "seeds": "seeds",
    "averaged": "trials that the model averages",
    "test_rows": "test rows",
    "test_reads": "looks at the test rows",
    "seconds": "seconds in all",
    "model_path": "model",
}


def scores_table(result: Mapping[str, Any]) -> Table | None:
    """Winner, default hyperparameters and simple method on the test rows, or None untested.

    Args:
        result: The study's result.

    Returns:
        Header and one row per metric; the one that the verdict is about comes first, with its
        95 % interval and those of the differences, where there are any.
    """
    columns = {
        "winner": result.get("test_metrics"),
        "defaults": result.get("default_metrics"),
        str(result.get("baseline") or "simple method"): result.get("baseline_metrics"),
    }
    known = {name: one for name, one in columns.items() if isinstance(one, Mapping) and one}
    if not known:
        return None
    names = list(dict.fromkeys(metric for scores in known.values() for metric in scores))
    main = result.get("metric")
    names.sort(key=lambda name: name != main)
    lines = [[name, *(number(scores.get(name)) for scores in known.values())] for name in names]
    if main in names and "winner" in known:
        lines[0][1] += _around(result.get("interval"))
        lines[1:1] = _differences(result, list(known))
    return ("on the test rows", *known), lines


def _differences(result: Mapping[str, Any], columns: Sequence[str]) -> list[list[str]]:
    """What the winner is ahead, in the columns of what it is compared with."""
    of = {"defaults": "difference", columns[-1]: "baseline_difference"}
    ends = [result.get(of.get(column, "")) for column in columns]
    if not any(isinstance(one, Mapping) for one in ends):
        return []
    cells = [_interval(one) if isinstance(one, Mapping) else "" for one in ends]
    return [[f"{result['metric']} of the winner minus it (95 %)", *cells]]


def _around(interval: Any) -> str:
    return f" ({_interval(interval)})" if isinstance(interval, Mapping) else ""


def _interval(ends: Mapping[str, Any]) -> str:
    return f"{number(ends.get('low'))} to {number(ends.get('high'))}"


def seeds_table(result: Mapping[str, Any]) -> Table | None:
    """Mean, deviation and values over the seeds of the result, or None with one seed.

    Args:
        result: The study's result.
    """
    spreads = result.get("over_seeds")
    if not isinstance(spreads, Mapping) or not spreads:
        return None
    lines = [
        [name, one.get("mean"), one.get("deviation"), ", ".join(map(number, one["values"]))]
        for name, one in spreads.items()
    ]
    return ("over the seeds", "mean", "deviation", "values"), lines


def facts_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the tables do not show, known facts first and in words.

    Args:
        result: The study's result.

    Example:
        >>> facts_of({"verdict": "better", "other": 1, "test_reads": 2})
        {'looks at the test rows': 2, 'other': 1}
    """
    known = {words: result[name] for name, words in _WORDS.items() if name in result}
    rest = {k: v for k, v in result.items() if k not in _SHOWN and k not in _WORDS}
    return known | rest
