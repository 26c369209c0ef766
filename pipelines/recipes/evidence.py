"""What of ours stands beside a figure of a source: measured values, and what measured them."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.recipes.record import RECORDS, Record, record_of
from pipelines.sources import initial_losses

COMPARED = RECORDS.parents[1] / "comparisons" / "records"
"""Measured comparisons, which `benchmarks.comparisons` writes."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Measured values of ours, and what measured them.

    Attributes:
        values: One for each seed; empty where the record is of before such values were kept.
        file: Where they stand, from the folder of the package that holds them.
        command: What measured them.
        seconds: Wall time of it, of one seed where the seeds were timed alone.
        shortened: Whether the training had fewer epochs than its recipe's default.
        note: What has to be known of the values.
    """

    values: Sequence[float]
    file: str
    command: str
    seconds: float
    shortened: bool = False
    note: str = ""


def evidence_of(ours: str) -> Evidence | None:
    """What was measured, or None without a measurement.

    Args:
        ours: As in `Figure.ours`.

    Example:
        >>> evidence_of("record wine-mlp accuracy").file
        'records/wine-mlp.json'
    """
    kind, *names = ours.split() or [""]
    if kind == "start":
        return _first_loss(*names)
    if kind == "compared":
        return _of_arm(*names[:2], arm=" ".join(names[2:]))
    record = record_of(names[0]) if kind in _READERS else None
    if record is None:
        return None
    return Evidence(
        values=_READERS[kind](record, *names[1:]),
        file=f"{RECORDS.name}/{record.recipe}.json",
        command=record.command,
        seconds=statistics.median(record.seconds),
        shortened="--epochs" in record.command,
        note=f"{record.cost()}, {record.cpu}" if kind == "seconds" else "",
    )


def _first_loss(recipe: str) -> Evidence:
    measured = initial_losses.initial_losses()
    return Evidence(
        values=measured.losses[recipe],
        file=initial_losses.FILE.name,
        command=measured.command,
        seconds=measured.seconds,
    )


def _of_arm(comparison: str, metric: str, *, arm: str) -> Evidence:
    path = COMPARED / f"{comparison}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    first = found["table"][0]["part"]
    (row,) = [row for row in found["table"] if (row["part"], row["arm"]) == (first, arm)]
    trained = [one for one in found["trainings"] if (one["part"], one["arm"]) == (first, arm)]
    return Evidence(
        values=[one[metric] for one in trained],
        file=f"{COMPARED.name}/{path.name}",
        command=found["command"],
        seconds=row["seconds"],
    )


def _tested(record: Record, metric: str) -> Sequence[float]:
    return record.test_metrics[metric]


def _timed(record: Record) -> Sequence[float]:
    return record.seconds


def _of_class(record: Record, name: str, score: str) -> Sequence[float]:
    return record.class_scores[name][score] if record.class_scores else ()


_READERS: Mapping[str, Callable[..., Sequence[float]]] = {
    "record": _tested,
    "history": Record.last_epoch,
    "class": _of_class,
    "seconds": _timed,
}
