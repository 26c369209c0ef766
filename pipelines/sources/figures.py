"""Every figure that the source documents print, as `figures.tsv` holds them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("figures.tsv")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number that a source document reports.

    Attributes:
        source: Number of the document.
        place: Table or question.
        what: What was measured, and of what.
        value: The number, in `unit`.
        unit: `"%"`, `"s"`, `"GB"`, `"nats"`, or empty for a plain number.
        better: `"higher"` or `"lower"`; `"equal"` for a number that must be met exactly; empty
            where neither is a merit, as with a network that is started wrongly on purpose.
        ours: What it is compared with: `"record RECIPE METRIC"` for a test metric,
            `"history RECIPE METRIC"` for what the last epoch reported, `"class RECIPE CLASS SCORE"`
            for a test score of one class, `"seconds RECIPE"` for the time of a training,
            `"start RECIPE"` for the loss before the first step, `"model NAME"` for a number of
            parameters, `"compared COMPARISON METRIC ARM"` for a metric of an arm in the first part
            of a comparison on another network, `"gpu"` for what no record without a GPU can hold,
            or empty.
        note: In what the comparison is not equal.
    """

    source: str
    place: str
    what: str
    value: float
    unit: str
    better: str
    ours: str
    note: str

    @property
    def row(self) -> tuple[str, ...]:
        """What all figures of one network in one place share."""
        return (self.source, self.place, *self.ours.split()[1:2])

    @property
    def is_beside_another_network(self) -> bool:
        """Whether ours is measured on a network that is not the source's."""
        return self.ours.startswith("compared ")

    @property
    def is_of_training_rows(self) -> bool:
        """Whether ours is measured on the rows that the network was trained with."""
        kind, *names = self.ours.split() or [""]
        return kind == "history" and not names[-1].startswith("val_")

    @property
    def is_of_held_out_rows(self) -> bool:
        """Whether ours is measured on validation or test rows."""
        kind = self.ours.partition(" ")[0]
        return kind in ("record", "class", "history") and not self.is_of_training_rows


def read_figures() -> list[Figure]:
    """All figures, in the order of the documents.

    Example:
        >>> read_figures()[2].what, read_figures()[2].value
        ('LeNet, test accuracy', 58.98)
    """
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Figure(value=float(row.pop("value")), **row) for row in rows]
