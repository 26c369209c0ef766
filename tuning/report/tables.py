"""Trials as rows, for the terminal, CSV files and the report."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuning.report.view import StudySnapshot, as_view
from tuning.storage.records import COMPLETE, TrialRecord, best_records


def trial_rows(study: Any) -> list[dict[str, Any]]:
    """Lists every trial.

    Args:
        study: An `optuna.Study` or its `StudySnapshot`.

    Returns:
        One row per trial with `trial`, `state`, the metrics and those that constraints bound,
        `params`, `seconds`, `epochs`, `worker`, `seed`, `stage` and `reason`; what a trial lacks
        is None.
    """
    view = as_view(study)
    return [_row(view, record) for record in view.records]


def differing_params(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the hyperparameters that are not the same in all trials.

    Args:
        rows: Rows as of `trial_rows`; those without parameters, which wait, are left out.

    Returns:
        Names in the order in which they first occur.

    Example:
        >>> differing_params([{"params": {"a": 1, "b": 2}}, {"params": {"a": 1, "b": 3}}])
        ['b']
    """
    params = [row["params"] for row in rows if row["params"]]
    names = dict.fromkeys(name for one in params for name in one)
    return [name for name in names if len({repr(one.get(name)) for one in params}) > 1]


def best_trials(study: Any, limit: int | None = 10) -> list[dict[str, Any]]:
    """Lists the best complete and feasible trials, the best first.

    Args:
        study: An `optuna.Study` or its `StudySnapshot`.
        limit: Most rows, or None for all. With several metrics the trials of the Pareto front
            are listed, ordered by the first metric. Repetitions of a point are left out.

    Returns:
        Rows as of `trial_rows`.
    """
    view = as_view(study)
    found = view.front if len(view.metrics) > 1 else view.records
    best = best_records(found, maximize=view.maximize)
    return [_row(view, record) for record in best[:limit]]


def winning_trial(study: Any) -> dict[str, Any] | None:
    """The winner of a search: after a confirming stage the one that was confirmed.

    Args:
        study: An `optuna.Study` or its `StudySnapshot`.

    Returns:
        A row as of `trial_rows`, or None when no trial is complete and feasible.
    """
    view = as_view(study)
    return None if view.winner is None else _row(view, view.winner)


def _row(view: StudySnapshot, record: TrialRecord) -> dict[str, Any]:
    values = record.values if record.state == COMPLETE else ()
    metrics: dict[str, Any] = {name: None for name, _ in view.metrics}
    metrics |= dict(zip(metrics, values, strict=False))
    for name in view.bounded:
        metrics.setdefault(name, record.metrics.get(name))
    row = {
        "trial": record.number,
        "state": record.state,
        **metrics,
        "params": dict(record.params),
        "seconds": None if record.duration is None else round(record.duration, 2),
        "epochs": record.steps or None,
        "worker": record.worker,
        "seed": record.seed,
        "stage": record.stage,
        "reason": record.reason,
    }
    return row | metrics  # a metric may be called `seconds` or `epochs`


def write_trials(study: Any, path: str | Path) -> Path:
    """Writes every trial as a row of a CSV file, one column per parameter.

    Args:
        study: An `optuna.Study` or its `StudySnapshot`.
        path: The file; written beside and then renamed, so that nobody reads half of it.

    Returns:
        The file.
    """
    rows = [_flat(row) for row in trial_rows(study)]
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["trial", "state"]
    target = Path(path)
    unfinished = target.with_name(target.name + ".part")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return unfinished.replace(target)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if name == "params":
            flat |= {f"params.{key}": _cell(inner) for key, inner in value.items()}
        else:
            flat[name] = value
    return flat


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | tuple | Mapping) else value
