"""The figures of the sources beside ours: reproduced, beaten, below, refuted, or not run.

Rules:
    1. Ours is the mean over the seeds of a committed record, of its test metrics or of what the
       last epoch reported, or a parameter count of the catalogue.
    2. Two figures agree when they differ by at most one point of a percentage, or 2 % of any other
       value, plus two standard deviations of ours over the seeds.
    3. A better one is *beaten*, a worse one *below*. Where neither is a merit (a network that is
       started wrongly on purpose, a number of parameters) a different figure is *refuted*.
    4. A record with fewer epochs than its recipe's default decides nothing: *not run*.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cookbook._sources import TITLES
from cookbook.models.catalog import get_model
from pipelines.recipes.record import RECORDS, Record, record_of
from pipelines.sources.figures import Figure, read_figures

VERDICTS = ("reproduced", "beaten", "below", "refuted", "not run")


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """A figure of a source beside ours.

    Attributes:
        figure: What the source reports.
        ours: Our values in the figure's unit, one for each seed; empty without a comparison.
        verdict: One of `VERDICTS`.
        record: The record that ours is from, or None.
        note: In what the comparison is not equal.
    """

    figure: Figure
    ours: Sequence[float]
    verdict: str
    record: Record | None
    note: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for listings and JSON."""
        record, figure = self.record, self.figure
        spread = statistics.stdev(self.ours) if len(self.ours) > 1 else None
        return {
            "name": f"{figure.place}: {figure.what}",
            "source": f"{TITLES[figure.source]} (source {figure.source})",
            "unit": figure.unit,
            "reported": _plain(figure.value),
            "ours": _plain(statistics.fmean(self.ours)) if self.ours else None,
            "spread": spread,
            "verdict": self.verdict,
            "seeds": None if record is None else len(record.seeds),
            "seconds": None if record is None else statistics.median(record.seconds),
            "command": "" if record is None else record.command,
            "record": "" if record is None else f"{RECORDS.name}/{record.recipe}.json",
            "note": self.note,
        }


def reproduce() -> list[Reproduction]:
    """Every figure of the sources with its verdict; imports no Keras.

    Example:
        >>> next(r.verdict for r in reproduce() if r.figure.what == "LeNet, parameters")
        'reproduced'
    """
    return [_compare(figure) for figure in read_figures()]


def count_verdicts(found: Sequence[Reproduction]) -> Mapping[str, int]:
    """How many figures have each verdict, in the order of `VERDICTS`."""
    given = [one.verdict for one in found]
    return {verdict: given.count(verdict) for verdict in VERDICTS}


def _compare(figure: Figure) -> Reproduction:
    kind, *names = figure.ours.split() or [""]
    record, ours, note = None, [], figure.note
    if kind == "model":
        ours = [float(get_model(names[0]).trainable)]
    elif kind in ("record", "history"):
        recipe, metric = names
        record = record_of(recipe)
        if record is not None:
            scale = 100.0 if figure.unit == "%" else 1.0
            found = record.last_epoch(metric) if kind == "history" else record.test_metrics[metric]
            ours = [scale * value for value in found]
    shortened = record is not None and "--epochs" in record.command
    if shortened:
        note = "; ".join(filter(None, ["ours had a shorter training than its recipe's", note]))
    verdict = "not run" if shortened or not ours else judge(figure, ours)
    return Reproduction(figure=figure, ours=ours, verdict=verdict, record=record, note=note)


def _plain(value: float) -> float | int:
    """Counts as whole numbers."""
    return int(value) if value.is_integer() else value


def judge(figure: Figure, ours: Sequence[float]) -> str:
    """The verdict on a figure by rules 2 and 3.

    Args:
        figure: What the source reports.
        ours: Our values in the same unit, at least one.

    Returns:
        One of `VERDICTS`, but not `"not run"`.
    """
    difference = statistics.fmean(ours) - figure.value
    if figure.better == "equal":
        return "reproduced" if difference == 0 else "refuted"
    tolerance = 1.0 if figure.unit == "%" else 0.02 * abs(figure.value)
    if len(ours) > 1:
        tolerance += 2 * statistics.stdev(ours)
    if abs(difference) <= tolerance:
        return "reproduced"
    if not figure.better:
        return "refuted"
    return "beaten" if (difference > 0) == (figure.better == "higher") else "below"
