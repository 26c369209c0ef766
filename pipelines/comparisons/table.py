"""The table of a comparison: one row per arm, and what it supports."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipelines.comparisons.statistics import (
    BEST,
    SAME,
    UNJUDGED,
    WORSE,
    best_arm,
    paired_difference,
)
from pipelines.comparisons.training import Findings

Row = dict[str, Any]


def table_rows(findings: Findings) -> list[Row]:
    """One row per arm of a part, best first, diverged arms last.

    Args:
        findings: All trainings of the part.

    Returns:
        Rows with `part`, `arm`, `learning_rate` (where it was searched), `metric`, its `mean`,
        `low` and `high` (smallest and largest over the seeds), every further metric as
        `<name>`, `<name>_low` and `<name>_high`, `seeds` that ended, how many `diverged`,
        `difference` to the best arm with its interval, `verdict`, and mean `seconds` of a
        training. What cannot be computed is `None`.
    """
    part = findings.part
    sound = {
        arm: findings.values(arm, part.metric) for arm in part.arms if not findings.diverged(arm)
    }
    best = best_arm(sound, part.direction)
    rows = [_row(findings, arm, best) for arm in part.arms]
    sign = -1.0 if part.direction == "maximize" else 1.0
    return sorted(rows, key=lambda row: (row["diverged"] > 0, _order(row["mean"], sign)))


def training_rows(findings: Findings) -> list[Row]:
    """One row per training of a part: `part`, `arm`, `seed`, and its metrics of the table.

    A training that diverged has `None` for each metric.
    """
    part = findings.part
    return [
        {"part": part.title, "arm": arm, "seed": seed}
        | {name: _known(run.metrics.get(name, math.nan)) for name in part.metrics}
        for arm, runs in findings.results.items()
        for seed, run in runs.items()
    ]


def conclusions(rows: Sequence[Row]) -> list[str]:
    """What the rows of a part support, in sentences.

    Args:
        rows: Rows of one part, as `table_rows` gives them.

    Returns:
        One or more sentences; a lead within the noise is not called a win.
    """
    best = next((row for row in rows if row["verdict"] == BEST), None)
    if best is None:
        return ["Every arm diverged."]
    arms = {verdict: _names(rows, verdict) for verdict in (SAME, WORSE, UNJUDGED)}
    diverged = ", ".join(row["arm"] for row in rows if row["diverged"])
    found = []
    if arms[SAME]:
        found.append(
            f"{best['arm']} has the best mean {best['metric']}; the seeds do not tell it apart "
            f"from: {arms[SAME]}."
        )
    elif arms[WORSE] and not arms[UNJUDGED]:
        found.append(f"{best['arm']} is ahead of every other arm beyond the noise.")
    if arms[WORSE] and (arms[SAME] or arms[UNJUDGED]):
        found.append(f"Worse than {best['arm']} beyond the noise: {arms[WORSE]}.")
    if arms[UNJUDGED]:
        found.append(
            f"{best['arm']} has the best mean {best['metric']}, but there is no estimate of the "
            f"noise to judge it against: {arms[UNJUDGED]}. Use more seeds."
        )
    return [*found, *([f"Diverged: {diverged}."] if diverged else [])]


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV with all columns that any row has.

    Example:
        >>> as_csv([{"arm": "a", "mean": 0.5}, {"arm": "b", "loss": None}]).splitlines()
        ['arm,mean,loss', 'a,0.5,', 'b,,']
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def sweep_rows(findings: Findings) -> list[Row]:
    """Every learning rate that was tried for the arms of a part, and which one was taken."""
    return [
        {
            "part": findings.part.title,
            "arm": arm,
            "learning_rate": rate,
            "metric": findings.part.metric,
            "value": run.metrics.get(findings.part.metric),
            "taken": findings.rates.get(arm) == rate,
            "at_the_edge": rate in (min(sweep), max(sweep)),
            "diverged": bool(run.diverged),
            "seconds": run.seconds,
        }
        for arm, sweep in findings.sweeps.items()
        for rate, run in sweep.items()
    ]


def edge_warnings(rows: Sequence[Row]) -> list[str]:
    """Says which arms took the smallest or largest of their learning rates.

    Args:
        rows: As `sweep_rows` gives them.

    Returns:
        No sentence or one.

    Example:
        >>> row = {"arm": "sgd", "learning_rate": 1.0, "taken": True, "at_the_edge": True}
        >>> edge_warnings([row])
        ['Best at the edge of their learning rates, so perhaps sold short: sgd (1).']
    """
    found = [row for row in rows if row["taken"] and row["at_the_edge"]]
    if not found:
        return []
    arms = ", ".join(f"{row['arm']} ({row['learning_rate']:g})" for row in found)
    return [f"Best at the edge of their learning rates, so perhaps sold short: {arms}."]


def _row(findings: Findings, arm: str, best: str | None) -> Row:
    part = findings.part
    row: Row = {"part": part.title, "arm": arm}
    if part.learning_rates:
        row["learning_rate"] = findings.rates.get(arm)
    row["metric"] = part.metric
    row |= _spread(findings.values(arm, part.metric), "mean", "low", "high")
    for name in part.also:
        row |= _spread(findings.values(arm, name), name, f"{name}_low", f"{name}_high")
    runs = findings.results[arm]
    count = findings.diverged(arm)
    row |= {"seeds": len(runs), "diverged": count}
    row |= _judged(findings, arm, best)
    if count:
        row["verdict"] = f"diverged in {count} of {len(runs)}"
    row["seconds"] = round(float(np.mean([run.seconds for run in runs.values()])), 3)
    return row


def _judged(findings: Findings, arm: str, best: str | None) -> Row:
    names = ("difference", "difference_low", "difference_high")
    if best is None or arm == best:
        return {**dict.fromkeys(names), "verdict": BEST if arm == best else UNJUDGED}
    metric = findings.part.metric
    found = paired_difference(
        findings.values(arm, metric),
        findings.values(best, metric),
        comparisons=len(findings.part.arms) - 1,
    )
    values = (_known(found.mean), _known(found.low), _known(found.high))
    return {**dict(zip(names, values, strict=True)), "verdict": found.verdict}


def _spread(values: Mapping[int, float], mean: str, low: str, high: str) -> Row:
    if not values:
        return dict.fromkeys((mean, low, high))
    found = np.array(list(values.values()))
    return {
        mean: _known(float(found.mean())),
        low: _known(float(found.min())),
        high: _known(float(found.max())),
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _order(value: float | None, sign: float) -> float:
    return math.inf if value is None else sign * value


def _names(rows: Sequence[Row], verdict: str) -> str:
    return ", ".join(row["arm"] for row in rows if row["verdict"] == verdict)
