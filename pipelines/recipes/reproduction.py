"""The figures of the sources beside ours: reproduced, beaten, below, refuted, or not run.

Rules:
    1. Ours is the mean over the seeds of a committed record, of its test metrics or of what the
       last epoch reported; the loss of the first batch before any step; or a parameter count of the
       catalogue.
    2. Two figures agree when they differ by at most one point of a percentage, or 2 % of any other
       value, plus two standard deviations of ours over the seeds.
    3. A better one is *beaten*, a worse one *below*. Where neither is a merit (a network that is
       started wrongly on purpose, a number of parameters) a different figure is *refuted*.
    4. A figure that is below or refuted has a note that says why.
    5. A record with fewer epochs than its recipe's default decides nothing: *not run*.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cookbook._sources import TITLES
from cookbook.models.catalog import get_model
from pipelines.recipes.record import RECORDS, record_of
from pipelines.sources import initial_losses
from pipelines.sources.figures import Figure, read_figures

VERDICTS = ("reproduced", "beaten", "below", "refuted", "not run")
UNMET = ("below", "refuted")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Measured values of ours, and what measured them.

    Attributes:
        values: One for each seed.
        file: Where they stand, from the folder of the package that holds them.
        command: What measured them.
        seconds: Wall time of it, of one seed where the seeds were timed alone.
        shortened: Whether the training had fewer epochs than its recipe's default.
    """

    values: Sequence[float]
    file: str
    command: str
    seconds: float
    shortened: bool = False


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """A figure of a source beside ours.

    Attributes:
        figure: What the source reports.
        ours: Our values in the figure's unit, one for each seed; empty without a comparison.
        verdict: One of `VERDICTS`.
        evidence: What ours is from; None for a parameter count, and without a comparison.
        note: In what the comparison is not equal.
    """

    figure: Figure
    ours: Sequence[float]
    verdict: str
    evidence: Evidence | None
    note: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for listings and JSON."""
        evidence, figure = self.evidence, self.figure
        spread = statistics.stdev(self.ours) if len(self.ours) > 1 else None
        return {
            "name": f"{figure.place}: {figure.what}",
            "source": f"{TITLES[figure.source]} (source {figure.source})",
            "unit": figure.unit,
            "reported": _plain(figure.value),
            "ours": _plain(statistics.fmean(self.ours)) if self.ours else None,
            "spread": spread,
            "verdict": self.verdict,
            "seeds": None if evidence is None else len(evidence.values),
            "seconds": None if evidence is None else evidence.seconds,
            "command": "" if evidence is None else evidence.command,
            "record": "" if evidence is None else evidence.file,
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
    if kind == "model":
        ours = [float(get_model(names[0]).trainable)]
        return Reproduction(
            figure=figure, ours=ours, verdict=judge(figure, ours), evidence=None, note=figure.note
        )
    evidence = _evidence(kind, *names)
    scale = 100.0 if figure.unit == "%" else 1.0
    ours = [] if evidence is None else [scale * value for value in evidence.values]
    verdict, note = "not run", figure.note
    if evidence is not None and evidence.shortened:
        note = "; ".join(filter(None, ["ours had a shorter training than its recipe's", note]))
    elif ours:
        verdict = judge(figure, ours)
    return Reproduction(figure=figure, ours=ours, verdict=verdict, evidence=evidence, note=note)


def _evidence(kind: str, recipe: str = "", metric: str = "") -> Evidence | None:
    """What was measured of a recipe; see `Figure.ours`."""
    if kind == "start":
        measured = initial_losses.initial_losses()
        return Evidence(
            values=measured.losses[recipe],
            file=initial_losses.FILE.name,
            command=measured.command,
            seconds=measured.seconds,
        )
    record = record_of(recipe) if recipe else None
    if record is None:
        return None
    return Evidence(
        values=record.last_epoch(metric) if kind == "history" else record.test_metrics[metric],
        file=f"{RECORDS.name}/{record.recipe}.json",
        command=record.command,
        seconds=statistics.median(record.seconds),
        shortened="--epochs" in record.command,
    )


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
