"""The final result of a study as tables of the report: scores, seeds, and what else is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning.report.stages import Table
from tuning.report.values import number

# What has a table or a section of its own.
_SHOWN = {
    *("metric", "test_metrics", "interval", "default_metrics", "difference", "verdict"),
    *("baseline", "baseline_metrics", "baseline_difference", "standing", "reproduce"),
    *("over_seeds", "pareto", "stages", "confirmed"),
}
# In this order, in words.
_WORDS = {
    "best_trial": "winning trial",
    "trials": "trials",
    "epochs": "epochs",
    "seeds": "seeds",
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
        Header and rows; the metric that the verdict is about comes first, with its 95 %
        interval where there is one.
    """
    rows = [
        (name, result.get(key))
        for name, key in (
            ("winner", "test_metrics"),
            ("default hyperparameters", "default_metrics"),
            (str(result.get("baseline") or "simple method"), "baseline_metrics"),
        )
    ]
    known = [(name, scores) for name, scores in rows if isinstance(scores, Mapping) and scores]
    if not known:
        return None
    names = list(dict.fromkeys(metric for _, scores in known for metric in scores))
    main = result.get("metric")
    names.sort(key=lambda name: name != main)
    lines: list[list[Any]] = [
        [name, *(scores.get(metric) for metric in names)] for name, scores in known
    ]
    if main in names:
        _add_interval(lines, "winner", result.get("interval"))
        rest = [""] * (len(names) - 1)
        for name, key in (("default", "difference"), (known[-1][0], "baseline_difference")):
            difference = result.get(key)
            if isinstance(difference, Mapping):
                lines.append([f"winner minus {name}", _interval(difference), *rest])
    return ("on the test rows", *names), lines


def _add_interval(lines: list[list[Any]], name: str, interval: Any) -> None:
    for line in lines:
        if line[0] == name and isinstance(interval, Mapping):
            line[1] = f"{number(line[1])} ({_interval(interval)})"


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
