"""The figures of the sources beside ours, each with a verdict.

Rules:
    1. Ours is the mean over the seeds of a committed record, of its test metrics or of what the
       last epoch reported; the loss of the first batch before any step; or a parameter count of the
       catalogue.
    2. Two figures agree when they differ by at most one point of a percentage, or 2 % of any other
       value, plus two standard deviations of ours over the seeds.
    3. A better one is *beaten*, a worse one *below*. Where neither is a merit (a network that is
       started wrongly on purpose, a number of parameters) a different figure is *refuted*.
    4. A better figure of the training rows is a merit only together with those of the held-out rows
       beside it: *beaten* where all of these are, else *refuted*, as the network only fits what it
       was shown.
    5. A figure that is below or refuted has a note that says why.
    6. The source's seconds are those of its graphics card, ours of the processor in the note: they
       stand side by side and are not judged, *other hardware*.
    7. Utilisation and memory of a graphics card *need a GPU*: a training on one logs both in every
       epoch. So do trainings of days on two cores: those of which there is no record, and those of
       which it has fewer epochs than the recipe's default.
    8. Where a network of the source needs a GPU and a comparison asks its question of another one,
       they stand side by side and are not judged, *other network*.
    9. *Not run* is left for what two cores can measure and have not.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cookbook._sources import TITLES
from cookbook.models.catalog import get_model
from pipelines.recipes.evidence import Evidence, evidence_of
from pipelines.sources.figures import Figure, read_figures

UNMET = ("below", "refuted")
UNDECIDED: Mapping[str, str] = {
    "other hardware": "the source timed a graphics card, ours is the time of processors",
    "other network": "ours answers the same question on a network that two cores can train",
    "needs a GPU": "a card's utilisation and memory, and trainings of days on two cores",
    "not run": "two cores can measure it and have not",
}
"""Verdicts that judge nothing, and why."""
VERDICTS = ("reproduced", "beaten", *UNMET, *UNDECIDED)


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
    found = [_compare(figure) for figure in read_figures()]
    return [_beside_held_out(one, found) for one in found]


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
    evidence = evidence_of(figure.ours)
    if evidence is None:
        verdict, ours, note = "needs a GPU" if kind == "gpu" else "not run", [], figure.note
    else:
        scale = 100.0 if figure.unit == "%" else 1.0
        ours = [scale * value for value in evidence.values]
        verdict, note = _verdict(figure, ours, evidence), _joined(evidence.note, figure.note)
        if evidence.shortened:
            note = _joined("ours had fewer epochs than its recipe asks for", note)
    return Reproduction(figure=figure, ours=ours, verdict=verdict, evidence=evidence, note=note)


def _beside_held_out(one: Reproduction, found: Sequence[Reproduction]) -> Reproduction:
    if not one.figure.is_of_training_rows:
        return one
    row = [other for other in found if other.figure.row == one.figure.row]
    held_out = [other.verdict for other in row if other.figure.is_of_held_out_rows]
    return replace(one, verdict=judge_fit(one.verdict, held_out))


def _verdict(figure: Figure, ours: Sequence[float], evidence: Evidence) -> str:
    if evidence.shortened:
        return "needs a GPU"
    if not ours:
        return "not run"
    if figure.is_beside_another_network:
        return "other network"
    return "other hardware" if figure.unit == "s" else judge(figure, ours)


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _plain(value: float) -> float | int:
    """Counts as whole numbers."""
    return int(value) if value.is_integer() else value


def judge(figure: Figure, ours: Sequence[float]) -> str:
    """The verdict on a figure by rules 2 and 3.

    Args:
        figure: What the source reports.
        ours: Our values in the same unit, at least one.

    Returns:
        One of `VERDICTS`, but none of `UNDECIDED`.
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


def judge_fit(verdict: str, held_out: Sequence[str]) -> str:
    """The verdict on a figure of the training rows by rule 4.

    Args:
        verdict: Of `judge`, or one of `UNDECIDED`.
        held_out: Verdicts on the figures of the held-out rows of the same network.

    Example:
        >>> judge_fit("beaten", ["beaten", "below"]), judge_fit("beaten", ["beaten"])
        ('refuted', 'beaten')
    """
    return "refuted" if verdict == "beaten" and set(held_out) != {"beaten"} else verdict
